//! Pages of the audit, vendors, access and search, as each role meets them.
