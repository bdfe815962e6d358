//! A sum of reals without rounding: the same whatever the order of the addends.
//!
//! In: doubles. Out: the double nearest to their exact sum. What always holds: the state is a whole number
//! in units of 2^-1074, the smallest double, so adding and merging are exact, associative and commutative.
//!
//! Source of the idea: R. M. Neal, "Fast exact summation using small and large superaccumulators" (2015).

use datafusion::common::Result;

use super::groups::Reader;

/// Bits of a digit. A digit is held in an i64, so that additions need no carry for a long while.
const BITS: u32 = 32;
const MASK: i64 = (1 << BITS) - 1;
/// Each addition adds less than 2^32 to a digit: after this many the carries must be worked off.
const MOST_PENDING: u32 = 1 << 30;

/// A sum of doubles.
#[derive(Debug, Clone, Default)]
pub struct ExactSum {
    /// The place of the first digit: digit i weighs 2^(32 (base + i) - 1074).
    base: u32,
    digits: Vec<i64>,
    pending: u32,
    /// The sum of what is no number and no finite one: 0, or ±infinity, or NaN.
    unbounded: f64,
}

impl ExactSum {
    pub fn add(&mut self, x: f64) {
        if !x.is_finite() {
            self.unbounded += x;
            return;
        }
        let bits = x.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let exponent = ((bits >> 52) & 0x7ff) as u32;
        // A subnormal has the exponent of the smallest normal and no hidden bit.
        let (mantissa, place) = match exponent {
            0 => (fraction, 0),
            1.. => (fraction | (1 << 52), exponent - 1),
        };
        if mantissa == 0 {
            return;
        }
        let first = place / BITS;
        let wide = u128::from(mantissa) << (place % BITS);
        let start = self.make_room(first, 3);
        let sign = if x < 0.0 { -1 } else { 1 };
        for (k, digit) in self.digits[start..start + 3].iter_mut().enumerate() {
            let part = (wide >> (BITS as usize * k)) as i64 & MASK;
            *digit += sign * part;
        }
        self.count_addition();
    }

    /// Adds x² exactly: its rounded value and what rounding left.
    pub fn add_square(&mut self, x: f64) {
        let high = x * x;
        self.add(high);
        if high.is_finite() {
            self.add(x.mul_add(x, -high));
        }
    }

    pub fn merge(&mut self, mut other: ExactSum) {
        self.unbounded += other.unbounded;
        other.carry();
        if other.digits.is_empty() {
            return;
        }
        let start = self.make_room(other.base, other.digits.len());
        for (digit, more) in self.digits[start..].iter_mut().zip(&other.digits) {
            *digit += more;
        }
        self.count_addition();
    }

    /// The double nearest to the sum, ties to even.
    pub fn value(&self) -> f64 {
        if self.unbounded != 0.0 {
            return self.unbounded;
        }
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.digits.last().is_some_and(|d| *d < 0);
        if negative {
            for digit in &mut sum.digits {
                *digit = -*digit;
            }
            sum.carry();
        }
        let magnitude = sum.round();
        if negative { -magnitude } else { magnitude }
    }

    /// The sum as a double and the double nearest to what is left of it.
    pub fn value_and_rest(&self) -> (f64, f64) {
        let value = self.value();
        if !value.is_finite() {
            return (value, 0.0);
        }
        let mut rest = self.clone();
        rest.add(-value);
        (value, rest.value())
    }

    /// The bytes of its heap.
    pub fn heap_size(&self) -> usize {
        self.digits.capacity() * size_of::<i64>()
    }

    pub fn encode(&mut self, out: &mut Vec<u8>) {
        self.carry();
        out.extend_from_slice(&self.unbounded.to_le_bytes());
        out.extend_from_slice(&self.base.to_le_bytes());
        out.extend_from_slice(&(self.digits.len() as u32).to_le_bytes());
        for digit in &self.digits {
            out.extend_from_slice(&digit.to_le_bytes());
        }
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<Self> {
        let unbounded = reader.f64()?;
        let base = reader.u32()?;
        let count = reader.u32()?;
        let digits = (0..count).map(|_| reader.i64()).collect::<Result<_>>()?;
        Ok(Self {
            base,
            digits,
            pending: 0,
            unbounded,
        })
    }

    /// Makes the digits from `first` on, `count` of them, and gives the index of the first.
    fn make_room(&mut self, first: u32, count: usize) -> usize {
        if self.digits.is_empty() {
            self.base = first;
        }
        if first < self.base {
            let missing = (self.base - first) as usize;
            self.digits.splice(0..0, std::iter::repeat_n(0, missing));
            self.base = first;
        }
        let start = (first - self.base) as usize;
        if self.digits.len() < start + count {
            self.digits.resize(start + count, 0);
        }
        start
    }

    fn count_addition(&mut self) {
        self.pending += 1;
        if self.pending >= MOST_PENDING {
            self.carry();
        }
    }

    /// Brings every digit into 0 .. 2^32; the last one is -1 where the sum is negative.
    fn carry(&mut self) {
        self.pending = 0;
        let mut carry = 0;
        for digit in &mut self.digits {
            let total = *digit + carry;
            *digit = total & MASK;
            carry = total >> BITS;
        }
        while carry > 0 {
            self.digits.push(carry & MASK);
            carry >>= BITS;
        }
        if carry < 0 {
            // 2^32 - 1 with a carry of -1 is -1.
            match self.digits.last_mut() {
                Some(last) if *last == MASK && carry == -1 => *last = -1,
                Some(_) | None => self.digits.push(carry),
            }
        }
    }

    /// The double nearest to the sum, whose digits are carried and not negative.
    fn round(&self) -> f64 {
        let Some(top) = self.digits.iter().rposition(|d| *d != 0) else {
            return 0.0;
        };
        let digit = |back: usize| match top.checked_sub(back) {
            Some(index) => self.digits[index] as u128,
            None => 0,
        };
        // The three highest digits hold 65 bits or more, and so all of a double's.
        let head = (digit(0) << (2 * BITS)) | (digit(1) << BITS) | digit(2);
        let sticky = self.digits[..top.saturating_sub(2)].iter().any(|d| *d != 0);
        let unit = BITS as i32 * (self.base as i32 + top as i32 - 2) - 1074;
        let length = 128 - head.leading_zeros() as i32;
        let drop = (length - 53).max(-1074 - unit);
        if drop <= 0 {
            return scale(head as f64, unit);
        }
        let kept = (head >> drop) as u64;
        let rest = head & ((1 << drop) - 1);
        let half = 1_u128 << (drop - 1);
        let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
        scale((kept + u64::from(up)) as f64, unit + drop)
    }
}

/// x · 2^power for a whole x up to 2^53, where the product is a double or too large for one.
fn scale(x: f64, power: i32) -> f64 {
    if power > 971 {
        return f64::INFINITY;
    }
    let factor = match power {
        -1022.. => f64::from_bits(((power + 1023) as u64) << 52),
        ..-1022 => f64::from_bits(1 << (power + 1074)),
    };
    x * factor
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(xs: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        xs.iter().for_each(|x| sum.add(*x));
        sum.value()
    }

    #[test]
    fn is_exact_where_doubles_are_not() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[5e-324, -5e-324, 5e-324]), 5e-324);
        assert_eq!(sum(&[-1.0, -2.0, 0.5]), -2.5);
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[1.0, -1.0]), 0.0);
    }

    #[test]
    fn rounds_ties_to_even_and_looks_below_them() {
        let half = 2f64.powi(-53);
        assert_eq!(sum(&[1.0, half]), 1.0);
        assert_eq!(sum(&[1.0, half, 5e-324]), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0, f64::EPSILON, half]), 1.0 + 2.0 * f64::EPSILON);
    }

    #[test]
    fn unbounded_values_win() {
        assert_eq!(sum(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
    }

    proptest! {
        /// One double comes back as it was; two add up as IEEE adds them, which rounds exactly once.
        #[test]
        fn agrees_with_the_machine(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(sum(&[a]), a);
            prop_assert_eq!(sum(&[a, b]), a + b);
        }

        #[test]
        fn whole_numbers_agree_with_i128(xs in prop::collection::vec(-(1_i64 << 53)..(1 << 53), 0..50)) {
            let exact: i128 = xs.iter().map(|x| i128::from(*x)).sum();
            let doubles: Vec<f64> = xs.iter().map(|x| *x as f64).collect();
            prop_assert_eq!(sum(&doubles), exact as f64);
        }

        #[test]
        fn order_and_merging_do_not_show(
            xs in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 0..40),
            cut in 0_usize..40,
        ) {
            let cut = cut.min(xs.len());
            let mut right = ExactSum::default();
            xs[cut..].iter().rev().for_each(|x| right.add(*x));
            let mut bytes = Vec::new();
            right.encode(&mut bytes);
            let mut left = ExactSum::decode(&mut Reader::new(&bytes)).unwrap();
            let mut other = ExactSum::default();
            xs[..cut].iter().for_each(|x| other.add(*x));
            left.merge(other);
            prop_assert_eq!(left.value().to_bits(), sum(&xs).to_bits());
        }
    }
}
