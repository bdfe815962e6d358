//! Parquet's hybrid of runs and bit-packed values, as runs.
//!
//! In: the bytes of a hybrid, its bit width and how many values to read. Out: its runs, or for a
//! table of verdicts by value, one bit a value.
//! Source of the format: "Run Length Encoding / Bit-Packing Hybrid" in Parquet's Encodings.md.

use arrow::array::BooleanBufferBuilder;

/// Some values that stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run<'a> {
    Repeated {
        value: u32,
        count: usize,
    },
    /// `count` values of the hybrid's width, packed from the low bit on.
    Packed {
        bytes: &'a [u8],
        count: usize,
    },
}

impl Run<'_> {
    pub fn count(&self) -> usize {
        match self {
            Run::Repeated { count, .. } | Run::Packed { count, .. } => *count,
        }
    }
}

/// Reads runs until `left` values are given; None at the end, an error where the bytes end first.
#[derive(Debug)]
pub(super) struct Runs<'a> {
    bytes: &'a [u8],
    width: u8,
    left: usize,
}

/// The bytes do not hold what they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl<'a> Runs<'a> {
    pub fn new(bytes: &'a [u8], width: u8, values: usize) -> Self {
        Self {
            bytes,
            width,
            left: values,
        }
    }

    pub fn next(&mut self) -> Result<Option<Run<'a>>, Malformed> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.width == 0 {
            let count = std::mem::take(&mut self.left);
            return Ok(Some(Run::Repeated { value: 0, count }));
        }
        let header = self.varint()?;
        let length = usize::try_from(header >> 1).map_err(|_| Malformed)?;
        if length == 0 {
            return Err(Malformed);
        }
        if header & 1 == 0 {
            let mut value = [0; 4];
            let size = usize::from(self.width).div_ceil(8);
            value[..size].copy_from_slice(self.take(size)?);
            let count = length.min(self.left);
            self.left -= count;
            return Ok(Some(Run::Repeated {
                value: u32::from_le_bytes(value),
                count,
            }));
        }
        let count = length.saturating_mul(8).min(self.left);
        // The last group may be cut off after the values that there are.
        let whole = length.checked_mul(self.width.into()).ok_or(Malformed)?;
        let needed = (count * usize::from(self.width)).div_ceil(8);
        let bytes = self.take(whole.min(self.bytes.len()))?;
        if bytes.len() < needed {
            return Err(Malformed);
        }
        self.left -= count;
        Ok(Some(Run::Packed { bytes, count }))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..=28).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }
}

/// What each value of a dictionary comes to.
#[derive(Debug)]
pub(super) struct Verdicts {
    /// 1 passes, 0 fails; by value.
    table: Vec<u8>,
}

/// A value beyond the dictionary: only a broken file has one.
const INVALID: u8 = 2;

impl Verdicts {
    pub fn new(passes: impl Iterator<Item = bool>) -> Self {
        Self {
            table: passes.map(u8::from).collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn passing(&self) -> usize {
        self.table.iter().map(|v| usize::from(*v)).sum()
    }

    fn of(&self, value: u32) -> u8 {
        self.table.get(value as usize).copied().unwrap_or(INVALID)
    }

    /// Appends for each of the hybrid's `values` values whether it passes.
    pub fn append(
        &self,
        bytes: &[u8],
        width: u8,
        values: usize,
        out: &mut BooleanBufferBuilder,
    ) -> Result<(), Malformed> {
        if width > 32 {
            return Err(Malformed);
        }
        let mut runs = Runs::new(bytes, width, values);
        while let Some(run) = runs.next()? {
            match run {
                Run::Repeated { value, count } => match self.of(value) {
                    INVALID => return Err(Malformed),
                    verdict => out.append_n(count, verdict == 1),
                },
                Run::Packed { bytes, count } => self.append_packed(bytes, width, count, out)?,
            }
        }
        Ok(())
    }

    fn append_packed(
        &self,
        bytes: &[u8],
        width: u8,
        count: usize,
        out: &mut BooleanBufferBuilder,
    ) -> Result<(), Malformed> {
        // The loop below is compiled for each width that dictionaries have.
        macro_rules! by_width {
            ($($w:literal)*) => {
                match width {
                    $($w => self.packed::<$w>(bytes, count, out),)*
                    width => self.packed_any(bytes, width.into(), count, out),
                }
            };
        }
        by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
    }

    /// 64 values at a time; they fill whole bytes.
    fn packed<const WIDTH: usize>(
        &self,
        bytes: &[u8],
        count: usize,
        out: &mut BooleanBufferBuilder,
    ) -> Result<(), Malformed> {
        let mut padded = [0; MAX_BLOCK];
        let mut done = 0;
        while done < count {
            let length = (count - done).min(64);
            let rest = bytes.get(done / 8 * WIDTH..).ok_or(Malformed)?;
            // Eight bytes are loaded at a time, so the last values need some behind them.
            let block = match rest.get(..WIDTH * 8 + 8) {
                Some(block) => block,
                None => {
                    let there = rest.len().min(WIDTH * 8);
                    padded[..there].copy_from_slice(&rest[..there]);
                    padded[there..].fill(0);
                    &padded[..WIDTH * 8 + 8]
                }
            };
            // The length of a whole block is a constant, so that its loop is unrolled.
            let (word, seen) = if length == 64 {
                self.lanes::<WIDTH>(block, 64)
            } else {
                self.lanes::<WIDTH>(block, length)
            };
            if seen & INVALID != 0 {
                return Err(Malformed);
            }
            out.append_packed_range(0..length, &word.to_le_bytes());
            done += length;
        }
        Ok(())
    }

    /// The verdicts of up to 64 values as bits, and all of them together.
    #[inline(always)]
    fn lanes<const WIDTH: usize>(&self, block: &[u8], count: usize) -> (u64, u8) {
        let (mut word, mut seen) = (0_u64, 0_u8);
        for at in 0..count {
            let verdict = self.of(loaded_value(block, WIDTH, at));
            seen |= verdict;
            word |= u64::from(verdict & 1) << at;
        }
        (word, seen)
    }

    fn packed_any(
        &self,
        bytes: &[u8],
        width: usize,
        count: usize,
        out: &mut BooleanBufferBuilder,
    ) -> Result<(), Malformed> {
        for at in 0..count {
            match self.of(packed_value(bytes, width, at)?) {
                INVALID => return Err(Malformed),
                verdict => out.append(verdict == 1),
            }
        }
        Ok(())
    }

    /// Calls `passed` with those of the hybrid's `places`, ascending, whose value passes. For few
    /// places this costs less than the verdict of every value.
    pub fn pick(
        &self,
        bytes: &[u8],
        width: u8,
        values: usize,
        places: impl Iterator<Item = usize>,
        mut passed: impl FnMut(usize),
    ) -> Result<(), Malformed> {
        each_value(bytes, width, values, places, |place, value| {
            match self.of(value) {
                INVALID => return Err(Malformed),
                0 => {}
                _ => passed(place),
            }
            Ok(())
        })
    }
}

/// Appends the hybrid's `values` values.
pub(super) fn append_values(
    bytes: &[u8],
    width: u8,
    values: usize,
    out: &mut Vec<u32>,
) -> Result<(), Malformed> {
    if width > 32 {
        return Err(Malformed);
    }
    let mut runs = Runs::new(bytes, width, values);
    while let Some(run) = runs.next()? {
        match run {
            Run::Repeated { value, count } => out.resize(out.len() + count, value),
            Run::Packed { bytes, count } => {
                let width = usize::from(width);
                // Those that a load of eight bytes from their first one stays within.
                let loads = bytes.len().saturating_sub(7) * 8 / width;
                let plain = loads.min(count);
                out.extend((0..plain).map(|at| loaded_value(bytes, width, at)));
                for at in plain..count {
                    out.push(packed_value(bytes, width, at)?);
                }
            }
        }
    }
    Ok(())
}

/// Calls `each` with those of the hybrid's `places`, ascending, and the value there.
pub(super) fn each_value(
    bytes: &[u8],
    width: u8,
    values: usize,
    places: impl Iterator<Item = usize>,
    mut each: impl FnMut(usize, u32) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    if width > 32 {
        return Err(Malformed);
    }
    let mut runs = Runs::new(bytes, width, values);
    let mut run = runs.next()?.ok_or(Malformed)?;
    let mut start = 0;
    for place in places {
        while place >= start + run.count() {
            start += run.count();
            run = runs.next()?.ok_or(Malformed)?;
        }
        let value = match run {
            Run::Repeated { value, .. } => value,
            Run::Packed { bytes, .. } => packed_value(bytes, width.into(), place - start)?,
        };
        each(place, value)?;
    }
    Ok(())
}

/// The widest of the compiled widths, 64 values and a load behind them.
const MAX_BLOCK: usize = 20 * 8 + 8;

/// A packed value with eight bytes to load from its first one.
#[inline(always)]
fn loaded_value(bytes: &[u8], width: usize, at: usize) -> u32 {
    let bit = at * width;
    let mut raw = [0; 8];
    raw.copy_from_slice(&bytes[bit / 8..bit / 8 + 8]);
    (u64::from_le_bytes(raw) >> (bit % 8) & ((1 << width) - 1)) as u32
}

/// A packed value anywhere.
fn packed_value(bytes: &[u8], width: usize, at: usize) -> Result<u32, Malformed> {
    let bit = at * width;
    let end = bytes.len().min(bit / 8 + 8);
    let mut raw = [0; 8];
    let from = bytes.get(bit / 8..end).ok_or(Malformed)?;
    raw[..from.len()].copy_from_slice(from);
    Ok((u64::from_le_bytes(raw) >> (bit % 8) & ((1 << width) - 1)) as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes runs as Parquet says: repeated where a value repeats eight times, packed elsewhere.
    fn encode(values: &[u32], width: u8) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = values;
        while !rest.is_empty() {
            let repeats = rest.iter().take_while(|v| **v == rest[0]).count();
            if repeats >= 8 {
                varint((repeats as u64) << 1, &mut out);
                out.extend_from_slice(&rest[0].to_le_bytes()[..usize::from(width).div_ceil(8)]);
                rest = &rest[repeats..];
                continue;
            }
            // Whole groups of eight until the next long repetition; the last group is filled up.
            let mut length = 8;
            while length < rest.len()
                && !rest[length..]
                    .windows(8)
                    .next()
                    .is_some_and(|w| w.iter().all(|v| *v == w[0]))
            {
                length += 8;
            }
            let taken = length.min(rest.len());
            varint((length as u64 / 8) << 1 | 1, &mut out);
            let mut bits = vec![0_u8; length / 8 * usize::from(width)];
            for (at, value) in rest[..taken].iter().enumerate() {
                for bit in 0..usize::from(width) {
                    let place = at * usize::from(width) + bit;
                    bits[place / 8] |= ((value >> bit & 1) as u8) << (place % 8);
                }
            }
            out.extend(bits);
            rest = &rest[taken..];
        }
        out
    }

    fn varint(mut value: u64, out: &mut Vec<u8>) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    proptest! {
        #[test]
        fn every_width_gives_each_values_verdict(
            width in 1..=22_u8,
            seeds in prop::collection::vec((any::<u32>(), 1..40_usize), 1..60),
            divisor in 1..5_u32,
        ) {
            let limit = 1_u32 << width.min(12);
            let values: Vec<u32> = seeds.iter().flat_map(|(v, n)| std::iter::repeat_n(v % limit, 1 + n % 12)).collect();
            let verdicts = Verdicts::new((0..limit).map(|v| v % divisor == 0));
            let bytes = encode(&values, width);
            let mut out = BooleanBufferBuilder::new(0);
            prop_assert_eq!(verdicts.append(&bytes, width, values.len(), &mut out), Ok(()));
            let wanted: Vec<bool> = values.iter().map(|v| v % divisor == 0).collect();
            let mut picked = Vec::new();
            let places = (0..values.len()).step_by(3);
            prop_assert_eq!(verdicts.pick(&bytes, width, values.len(), places.clone(), |p| picked.push(p)), Ok(()));
            prop_assert_eq!(picked, places.filter(|p| wanted[*p]).collect::<Vec<_>>());
            prop_assert_eq!(out.finish().iter().collect::<Vec<_>>(), wanted);
            let mut plain = vec![7];
            prop_assert_eq!(append_values(&bytes, width, values.len(), &mut plain), Ok(()));
            prop_assert_eq!(&plain[1..], &values[..]);
        }

        #[test]
        fn broken_bytes_are_an_error_and_no_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            width in any::<u8>(),
            values in 0..500_usize,
        ) {
            let verdicts = Verdicts::new([true, false, true].into_iter());
            let mut out = BooleanBufferBuilder::new(0);
            if verdicts.append(&bytes, width, values, &mut out).is_ok() {
                prop_assert_eq!(out.len(), values);
            }
            let mut plain = Vec::new();
            if append_values(&bytes, width, values, &mut plain).is_ok() {
                prop_assert_eq!(plain.len(), values);
            }
        }
    }

    #[test]
    fn a_value_beyond_the_dictionary_is_an_error() {
        let verdicts = Verdicts::new([true].into_iter());
        let mut out = BooleanBufferBuilder::new(0);
        assert_eq!(
            verdicts.append(&encode(&[1; 9], 1), 1, 9, &mut out),
            Err(Malformed)
        );
        assert_eq!(
            verdicts.append(&encode(&[0, 1, 0], 1), 1, 3, &mut out),
            Err(Malformed)
        );
    }
}
