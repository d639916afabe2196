//! What people look at: reads over several tables. No file of this room owns a table or writes.

pub mod feed_desk;
pub mod history;
pub mod matches;
pub mod overview;
pub mod picture;
pub mod progress;
pub mod queue;
pub mod reachability;
pub mod search;
pub mod threat_detail;
pub mod threat_list;
