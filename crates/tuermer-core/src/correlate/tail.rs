//! How unlikely is so large a count? The upper tail of the negative binomial distribution, as a logarithm.
//!
//! Formulas of the NIST Digital Library of Mathematical Functions: logarithm of the gamma function after Lanczos
//! (5.10), regularised incomplete beta function by its continued fraction (8.17.22) with Lentz's method.

/// Variance over mean below which a count is as good as Poisson; the formula needs more than one.
pub const DISPERSION_LEAST: f64 = 1.001;
/// Terms of the continued fraction; 60 suffice for a million, and a hostile count must end.
const TERMS: u32 = 5_000;
/// Where the continued fraction has settled.
const PRECISION: f64 = 1e-13;
/// Stands for zero in Lentz's method.
const TINY: f64 = 1e-300;

/// `ln P(N ≥ at_least)` of a negative binomial count with the mean `shape · (dispersion − 1)` and the variance
/// `mean · dispersion`. Sums of independent counts of one dispersion add their shapes, so a window of any length has
/// the dispersion of a day.
pub fn ln_tail(at_least: u32, shape: f64, dispersion: f64) -> f64 {
    if at_least == 0 {
        return 0.0;
    }
    let dispersion = dispersion.max(DISPERSION_LEAST);
    ln_beta_share(
        (dispersion - 1.0) / dispersion,
        f64::from(at_least),
        shape.max(TINY),
    )
    .min(0.0)
}

/// The shape of a count with this mean and dispersion.
pub fn shape(mean: f64, dispersion: f64) -> f64 {
    mean / (dispersion.max(DISPERSION_LEAST) - 1.0)
}

/// Logarithm of the regularised incomplete beta function `I_x(a, b)`.
fn ln_beta_share(x: f64, a: f64, b: f64) -> f64 {
    let ln_front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    if x < (a + 1.0) / (a + b + 2.0) {
        ln_front + (fraction(x, a, b) / a).ln()
    } else {
        (-(ln_front + (fraction(1.0 - x, b, a) / b).ln()).exp()).ln_1p()
    }
}

/// The continued fraction of the incomplete beta function.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let kept = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < PRECISION {
            break;
        }
    }
    value
}

/// Coefficients of Lanczos' approximation with g = 7.
const LANCZOS: [f64; 8] = [
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// Logarithm of the gamma function for positive `x`.
fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        // The reflection formula keeps precision near zero.
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut place = x;
    for coefficient in LANCZOS {
        place += 1.0;
        sum += coefficient / place;
    }
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}
