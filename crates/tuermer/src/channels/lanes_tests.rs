//! Fairness between warnings, what matters most first, and the pace of each destination.

use super::*;
use tuermer_core::limits::SMTP_CONNECTIONS_PER_DOMAIN;

/// Plays a whole dispatch in simulated time: seconds at which each domain's mails left.
fn play(
    per_minute: u32,
    mails: &[(&str, usize)],
    each_takes: Duration,
) -> HashMap<String, Vec<f64>> {
    let mut lanes = Lanes::new(SMTP_CONNECTIONS_PER_DOMAIN, per_minute);
    for (domain, count) in mails {
        (0..*count).for_each(|_| lanes.push(Rank::Ordinary, "W-1", domain, domain.to_string()));
    }
    let start = Instant::now();
    let mut now = start;
    let mut flying: VecDeque<(Instant, String)> = VecDeque::new();
    let mut left: HashMap<String, Vec<f64>> = HashMap::new();
    loop {
        while flying.front().is_some_and(|(at, _)| *at <= now) {
            let (_, domain) = flying.pop_front().unwrap();
            lanes.done(&domain, Answer::Fine, now);
        }
        match lanes.next(now, Rank::Unsure) {
            Next::Take(domain) if flying.len() < 16 => {
                left.entry(domain.clone())
                    .or_default()
                    .push((now - start).as_secs_f64());
                flying.push_back((now + each_takes, domain));
            }
            Next::Take(_) => panic!("the play has more mails at once than connections"),
            Next::WaitUntil(at) => now = flying.front().map_or(at, |(done, _)| (*done).min(at)),
            Next::WaitForOthers => now = flying.front().unwrap().0,
            Next::Empty => return left,
        }
    }
}

#[test]
fn a_minute_never_has_more_than_its_limit_and_nobody_starves() {
    let left = play(
        20,
        &[
            ("big.example", 60),
            ("small.example", 3),
            ("other.example", 1),
        ],
        Duration::from_millis(10),
    );
    let big = &left["big.example"];
    for from in big {
        assert!(
            big.iter()
                .filter(|at| (*from..from + 60.0).contains(at))
                .count()
                <= 20
        );
    }
    assert!(big[59] < 60.0 * 3.3, "the limit is used: {}", big[59]);
    assert!(
        left["other.example"][0] < 0.001,
        "the small ones do not wait for the big one"
    );
    assert!(left["small.example"][2] < 10.0);
}

#[test]
fn connections_to_one_domain_are_limited() {
    let mut lanes = Lanes::new(SMTP_CONNECTIONS_PER_DOMAIN, 0);
    (0..10).for_each(|n| lanes.push(Rank::Ordinary, "W-1", "a.example", n));
    let now = Instant::now();
    for n in 0..SMTP_CONNECTIONS_PER_DOMAIN {
        assert_eq!(lanes.next(now, Rank::Unsure), Next::Take(n));
    }
    assert_eq!(lanes.next(now, Rank::Unsure), Next::WaitForOthers);
    lanes.done("a.example", Answer::Fine, now);
    assert_eq!(lanes.next(now, Rank::Unsure), Next::Take(4));
}

#[test]
fn four_hundreds_double_the_pause_and_success_ends_it() {
    let mut lanes = Lanes::new(SMTP_CONNECTIONS_PER_DOMAIN, 0);
    (0..20).for_each(|n| lanes.push(Rank::Ordinary, "W-1", "a.example", n));
    let mut now = Instant::now();
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert!(matches!(lanes.next(now, Rank::Unsure), Next::Take(_)));
        lanes.done("a.example", Answer::Slower, now);
        assert_eq!(
            lanes.next(now, Rank::Unsure),
            Next::WaitUntil(now + Duration::from_secs(seconds))
        );
        now += Duration::from_secs(seconds);
    }
    assert!(matches!(lanes.next(now, Rank::Unsure), Next::Take(_)));
    lanes.done("a.example", Answer::Fine, now);
    assert!(matches!(lanes.next(now, Rank::Unsure), Next::Take(_)));
    assert_eq!(lanes.drop_group("W-1").len(), 10);
    assert_eq!(
        (lanes.waiting(), lanes.next(now, Rank::Unsure)),
        (0, Next::Empty)
    );
}

#[test]
fn a_large_warning_gives_way_to_a_small_one_and_what_matters_more_goes_first() {
    let mut lanes = Lanes::new(SMTP_CONNECTIONS_PER_DOMAIN, 0);
    for n in 0..10_000 {
        lanes.push(Rank::Ordinary, "large", &format!("{n}.example"), "large");
    }
    lanes.push(Rank::Unsure, "large", "x.example", "unsure");
    lanes.push(Rank::Ordinary, "small", "small.example", "small");
    lanes.push(Rank::Ordinary, "small", "small.example", "small");
    lanes.push(Rank::Incident, "small", "small.example", "incident");
    lanes.push(Rank::Correction, "correction", "7.example", "correction");
    lanes.push(Rank::Notice, "notices", "op.example", "notice");
    let now = Instant::now();
    let mut order = Vec::new();
    while let Next::Take(kind) = lanes.next(now, Rank::Unsure) {
        order.push(kind);
    }
    assert_eq!(order[..3], ["notice", "correction", "incident"]);
    let last_small = order.iter().rposition(|kind| *kind == "small").unwrap();
    assert!(
        last_small < 8,
        "a small warning waited for {last_small} others"
    );
    assert_eq!(order.last(), Some(&"unsure"));
    assert_eq!((order.len(), lanes.waiting()), (10_006, 0));
}

#[test]
fn a_connection_kept_for_what_is_urgent_takes_nothing_else() {
    let mut lanes = Lanes::new(SMTP_CONNECTIONS_PER_DOMAIN, 0);
    lanes.push(Rank::Ordinary, "W-1", "a.example", 1);
    let now = Instant::now();
    assert_eq!(lanes.next(now, Rank::Correction), Next::Empty);
    lanes.push(Rank::Notice, "notices", "a.example", 2);
    assert_eq!(
        (
            lanes.waiting_up_to(Rank::Correction),
            lanes.waiting_of("W-1")
        ),
        (1, 1)
    );
    assert_eq!(lanes.next(now, Rank::Correction), Next::Take(2));
}
