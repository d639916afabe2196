//! threat
