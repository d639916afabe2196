//! People who sign in, and what waits for them.

pub mod accounts;
pub mod invitations;
pub mod notice_deliveries;
pub mod notices;
pub mod tasks;
