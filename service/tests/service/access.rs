//! Who is there, and how they prove it.

mod api;
mod at_a_real_provider;
mod csrf;
mod disclosures;
mod here;
mod links;
mod oidc;
mod passwords;
mod sessions;
mod tokens;
pub(crate) mod world;

use domain::access::{Means, Role};
use domain::ids::GrantId;

use crate::access::world::World;
use crate::browser::{Answer, Browser};

const PASSWORD: &str = "correct horse battery";

/// Gives an account a password and a role.
fn account(world: &World, name: &str, role: &str) -> GrantId {
    world.service.set_password(&name.parse().unwrap(), &PASSWORD.to_owned().into()).unwrap();
    world.give(name, role.parse::<Role>().unwrap(), Means::Password).grant
}

async fn sign_in(browser: &Browser, name: &str, password: &str) -> Answer {
    let fields = [("account", name), ("password", password), ("next", "/account")];
    browser.fill("/sign-in", "/sign-in", &fields).await
}
