//! The limit: one pass over codes into one array, by the simple rule, and nothing else.

use anyhow::Result;
use serde_json::json;

use super::contest::{Contestant, Rows};
use super::own::{Own, Plain, spent};

/// Its name in tables.
pub(super) const NAME: &str = "dense fold over codes (limit)";

/// Lowest over all rows of a route, best over the routes of a cell. It knows nothing of trials: where
/// every trial was scored that is the same.
pub(super) struct Limit<'a> {
    plain: &'a Plain,
}

impl<'a> Limit<'a> {
    pub(super) fn new(own: &'a Own) -> Self {
        Self { plain: &own.plain }
    }

    fn fold(&self) -> Vec<u8> {
        let Plain { names, routes, columns, score } = self.plain;
        let [_, guests, sources, targets] = [0, 1, 2, 3].map(|it| names[it].len());
        let [campaign, guest, source, target, route] = columns;
        let places = names.iter().map(Vec::len).product::<usize>() * routes;
        let mut lowest = vec![u8::MAX; places];
        let rows = campaign.iter().zip(guest).zip(source).zip(target).zip(route).zip(score);
        for (((((campaign, guest), source), target), route), score) in rows {
            let place = usize::from(*campaign) * guests + usize::from(*guest);
            let place = (place * sources + usize::from(*source)) * targets + usize::from(*target);
            let place = &mut lowest[place * routes + usize::from(*route)];
            *place = (*place).min(*score);
        }
        let best = |routes: &[u8]| routes.iter().map(|it| it.wrapping_add(1)).max().unwrap_or(0);
        lowest.chunks_exact(*routes).map(best).collect()
    }
}

impl Contestant for Limit<'_> {
    fn run(&mut self) -> Result<f64> {
        Ok(spent(|| self.fold()).1)
    }

    fn tell(&mut self) -> Result<Rows> {
        let names = &self.plain.names;
        let [_, guests, sources, targets] = [0, 1, 2, 3].map(|it| names[it].len());
        let row = |(place, best): (usize, u8)| {
            let codes = [
                place / targets / sources / guests,
                place / targets / sources % guests,
                place / targets % sources,
                place % targets,
            ];
            let names = names.iter().zip(codes).map(|(names, code)| json!(names[code]));
            // 0 stands for a place without a row.
            (best > 0).then(|| names.chain([json!(best - 1)]).collect())
        };
        Ok(self.fold().into_iter().enumerate().filter_map(row).collect())
    }
}
