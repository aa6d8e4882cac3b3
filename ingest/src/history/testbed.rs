//! The testbed of an imported campaign: what the file names, and `unknown` for what it does not say.

use std::collections::BTreeSet;

use domain::ids::{ConverterId, GuestId, InvalidId, PlatformId, RouteId, VendorId};
use domain::testbed::{
    Converter, ConverterStatus, Guest, Mode, Payload, Platform, Route, Slots, Testbed, Timeouts,
    Vendor,
};

/// What stands where the file says nothing.
const UNKNOWN: &str = "unknown";

/// The driver of platforms that nobody here can reach.
const DRIVER: &str = "imported";

/// The product of a conversion tool that the file does not name. No other text says this, so that a
/// public page is never taken to name a tool because it says `unknown`.
const UNNAMED_TOOL: &str = "a tool that the file does not name";

/// Least memory a guest may have, in MiB; how much it had is not known.
const LEAST_MEMORY_MIB: u32 = 64;

/// What a file names, each with its text, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) platforms: Vec<(PlatformId, String)>,
    pub(super) stand_ins: BTreeSet<PlatformId>,
    pub(super) guests: Vec<(GuestId, String)>,
    /// A route that the file does not name has no text.
    pub(super) routes: Vec<(RouteId, Option<String>)>,
}

impl Named {
    /// The testbed; not validated yet.
    ///
    /// # Errors
    /// None: every identifier here is one. The type cannot say so.
    pub(super) fn testbed(self, origin: &str) -> Result<Testbed, InvalidId> {
        let vendor: VendorId = UNKNOWN.parse()?;
        let stand_ins = self.stand_ins;
        let platforms = self.platforms.into_iter();
        let platforms = platforms.map(|it| platform(it, &vendor, &stand_ins)).collect();
        let (converters, routes): (Vec<_>, Vec<_>) =
            ways(self.routes, &vendor)?.into_iter().unzip();
        Ok(Testbed {
            mode: Mode::Move,
            name: format!("another system's testbed ({origin})"),
            slots: Slots { cpu: 1, memory_mib: LEAST_MEMORY_MIB },
            timeouts: Timeouts::default(),
            vendors: vec![Vendor { id: vendor, name: UNKNOWN.to_owned() }],
            platforms,
            guests: self.guests.into_iter().map(guest).collect(),
            converters,
            routes,
        })
    }
}

fn platform(
    (id, product): (PlatformId, String),
    vendor: &VendorId,
    stand_ins: &BTreeSet<PlatformId>,
) -> Platform {
    Platform {
        stand_in: stand_ins.contains(&id),
        id,
        vendor: vendor.clone(),
        product,
        console: String::new(),
        driver: DRIVER.to_owned(),
        settings: Default::default(),
    }
}

fn guest((id, name): (GuestId, String)) -> Guest {
    Guest {
        id,
        name,
        architecture: UNKNOWN.to_owned(),
        firmware: UNKNOWN.to_owned(),
        memory_mib: LEAST_MEMORY_MIB,
        cpus: 1,
        probes: Vec::new(),
        settings: Default::default(),
    }
}

/// Each route with a tool of its own, called like the route: the versions of tools stay apart, and
/// what is public is kept free of the file's word for either.
fn ways(
    routes: Vec<(RouteId, Option<String>)>,
    vendor: &VendorId,
) -> Result<Vec<(Converter, Route)>, InvalidId> {
    let way = |(id, product): (RouteId, Option<String>)| {
        let converter: ConverterId = id.as_str().parse()?;
        let product = product.unwrap_or_else(|| UNNAMED_TOOL.to_owned());
        let (vendor, status) = (vendor.clone(), ConverterStatus::Current);
        let route = Route { id, through: Payload::Disk, converters: vec![converter.clone()] };
        Ok((Converter { id: converter, vendor, product, status }, route))
    };
    routes.into_iter().map(way).collect()
}
