//! The service: one process owns the log, many people and labs use it over HTTP.
