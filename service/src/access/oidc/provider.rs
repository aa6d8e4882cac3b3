//! What the other door says about itself, and about who comes from there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::ids::{AccountId, Sha256Digest};
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::reqwest;
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::caller;
use super::fault::{OidcError, chain};
use super::settings::OidcSettings;
use crate::settings::Clock;

/// How long what the other door says about itself is believed.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// Most values of the claim that are looked at.
const MOST_VALUES: usize = 1_000;

/// Claims beyond the standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Extra(BTreeMap<String, serde_json::Value>);

impl AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Provider = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
type Token =
    IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Another's door.
#[derive(Debug)]
pub(crate) struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    http: reqwest::Client,
    known: Mutex<Option<(Timestamp, Arc<Provider>)>>,
}

/// What ties the way back to the way there. Kept in the encrypted cookie of one session.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) next: String,
    pub(super) since: Timestamp,
}

/// Who came back.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) account: AccountId,
    pub(super) role: Option<Role>,
}

impl Oidc {
    /// A door; nobody is called yet.
    pub(crate) fn new(settings: OidcSettings) -> Result<Self, OidcError> {
        let bad = || OidcError::Issuer(settings.issuer.clone());
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| bad())?;
        let is_near = is_near(&issuer);
        if !is_near && issuer.url().scheme() != "https" {
            return Err(bad());
        }
        let http = caller::client(is_near);
        let http = http.map_err(|error| OidcError::Caller(error.to_string()))?;
        Ok(Self { settings, issuer, http, known: Mutex::default() })
    }

    /// What it is called: its host.
    pub(crate) fn name(&self) -> String {
        self.issuer.url().host_str().unwrap_or_default().to_owned()
    }

    /// Where to send somebody who wants to sign in.
    pub(super) async fn way_there(
        &self,
        pending: &Pending,
        back: &RedirectUrl,
    ) -> Result<String, OidcError> {
        let provider = self.provider(pending.since).await?;
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        let mut request = provider
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_redirect_uri(Cow::Borrowed(back))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in &self.settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        Ok(request.url().0.to_string())
    }

    /// Who came back with this code.
    pub(super) async fn person(
        &self,
        code: String,
        (pending, back): (&Pending, &RedirectUrl),
        clock: &Clock,
    ) -> Result<Person, OidcError> {
        let provider = self.provider(clock()).await?;
        let http = |request| caller::call(self.http.clone(), request);
        let request = provider.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| self.down(&error))?;
        let tokens = request
            .set_redirect_uri(Cow::Borrowed(back))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|error| self.not_believed(&error))?;
        let token = tokens.id_token().ok_or_else(|| self.not_believed(&"it names nobody"))?;
        let nonce = Nonce::new(pending.nonce.clone());
        let (provider, claims) = self.claims(provider, token, (&nonce, clock)).await?;
        if let Some(expected) = claims.access_token_hash() {
            let verifier = provider.id_token_verifier();
            let bad = |error: &dyn std::fmt::Display| self.not_believed(error);
            let algorithm = token.signing_alg().map_err(|error| bad(&error))?;
            let key = token.signing_key(&verifier).map_err(|error| bad(&error))?;
            let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if found.map_err(|error| bad(&error))? != *expected {
                return Err(bad(&"its tokens do not belong together"));
            }
        }
        Ok(Person { account: self.account(&claims)?, role: self.role(&claims) })
    }

    /// What a token says, once its signature, issuer, audience, nonce and date are right. A key that is
    /// not known may be new: the door is asked once more.
    async fn claims(
        &self,
        provider: Arc<Provider>,
        token: &Token,
        (nonce, clock): (&Nonce, &Clock),
    ) -> Result<(Arc<Provider>, IdTokenClaims<Extra, CoreGenderClaim>), OidcError> {
        if let Ok(claims) = verified(&provider, token, (nonce, clock)) {
            return Ok((provider, claims));
        }
        *self.known.lock().await = None;
        let provider = self.provider(clock()).await?;
        match verified(&provider, token, (nonce, clock)) {
            Ok(claims) => Ok((provider, claims)),
            Err(why) => Err(self.not_believed(&why)),
        }
    }

    /// What the door says about itself, asked for when it is not known or no longer fresh.
    async fn provider(&self, now: Timestamp) -> Result<Arc<Provider>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((since, provider)) = &*known
            && now.duration_since(*since).abs() < FRESH
        {
            return Ok(Arc::clone(provider));
        }
        let http = |request| caller::call(self.http.clone(), request);
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await;
        let found = found.map_err(|error| self.down(&error))?;
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|it| ClientSecret::new(it.expose_secret().to_owned()));
        let client_id = ClientId::new(self.settings.client_id.clone());
        let provider = Arc::new(Provider::from_provider_metadata(found, client_id, secret));
        *known = Some((now, Arc::clone(&provider)));
        Ok(provider)
    }

    /// The account of somebody: no name and no mail address.
    fn account(
        &self,
        claims: &IdTokenClaims<Extra, CoreGenderClaim>,
    ) -> Result<AccountId, OidcError> {
        let who = format!("{}|{}", self.issuer.as_str(), claims.subject().as_str());
        let digest = Sha256Digest::of(who.as_bytes()).to_string();
        format!("oidc-{}", &digest[..16]).parse().map_err(|error| self.not_believed(&error))
    }

    /// The role of somebody: of the first rule whose value the claim has.
    fn role(&self, claims: &IdTokenClaims<Extra, CoreGenderClaim>) -> Option<Role> {
        let values: Vec<&str> = match claims.additional_claims().0.get(&self.settings.claim)? {
            serde_json::Value::String(one) => vec![one],
            serde_json::Value::Array(many) => {
                many.iter().take(MOST_VALUES).filter_map(|it| it.as_str()).collect()
            }
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::Object(_) => return None,
        };
        let mut rules = self.settings.roles.iter();
        rules.find(|it| values.contains(&it.value.as_str())).map(|it| it.role.clone())
    }

    fn down(&self, error: &dyn std::error::Error) -> OidcError {
        OidcError::Down { issuer: self.issuer.to_string(), why: chain(error) }
    }

    fn not_believed(&self, why: &dyn std::fmt::Display) -> OidcError {
        OidcError::NotBelieved { issuer: self.issuer.to_string(), why: why.to_string() }
    }
}

fn verified(
    provider: &Provider,
    token: &Token,
    (nonce, clock): (&Nonce, &Clock),
) -> Result<IdTokenClaims<Extra, CoreGenderClaim>, String> {
    let clock = Arc::clone(clock);
    let now = move || DateTime::<Utc>::from_timestamp(clock().as_second(), 0).unwrap_or_default();
    let verifier = provider.id_token_verifier().set_time_fn(now);
    token.clone().into_claims(&verifier, nonce).map_err(|error| chain(&error))
}

/// Whether an issuer is on this machine.
fn is_near(issuer: &IssuerUrl) -> bool {
    let host = issuer.url().host_str().unwrap_or_default();
    issuer.url().scheme() == "http" && matches!(host, "127.0.0.1" | "[::1]" | "localhost")
}
