//! deliveries: not built yet.
