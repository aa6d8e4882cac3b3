//! Every view describes itself to programs, under a name of its own.

use std::collections::BTreeSet;

use reports::pages::campaign::CampaignPage;
use reports::pages::campaigns::Campaigns;
use reports::pages::cell::CellPage;
use reports::pages::changes::Changes;
use reports::pages::live::{CellChanged, Live};
use reports::pages::matrices::Matrices;
use reports::pages::overview::Overview;
use reports::pages::past::Past;
use reports::pages::problem::Problem;
use utoipa::ToSchema;

fn schemas<T: ToSchema>(all: &mut Vec<(String, String)>) {
    let mut found = Vec::new();
    T::schemas(&mut found);
    found.push((T::name().into_owned(), T::schema()));
    let text = |it| serde_json::to_string(&it).unwrap();
    all.extend(found.into_iter().map(|(name, schema)| (name, text(schema))));
}

#[test]
fn no_two_schemas_share_a_name() {
    let mut all = Vec::new();
    schemas::<Overview>(&mut all);
    schemas::<Matrices>(&mut all);
    schemas::<CellPage>(&mut all);
    schemas::<Campaigns>(&mut all);
    schemas::<CampaignPage>(&mut all);
    schemas::<Live>(&mut all);
    schemas::<CellChanged>(&mut all);
    schemas::<Past>(&mut all);
    schemas::<Changes>(&mut all);
    schemas::<Problem>(&mut all);
    let distinct: BTreeSet<&(String, String)> = all.iter().collect();
    let names: BTreeSet<&String> = all.iter().map(|(name, _)| name).collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert!(names.len() > 20, "{names:?}");
    for (name, schema) in &all {
        for wanted in schema.split("#/components/schemas/").skip(1) {
            let wanted = wanted.split('"').next().unwrap().to_owned();
            assert!(names.contains(&wanted), "{name} refers to {wanted}");
        }
    }
}
