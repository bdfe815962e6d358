//! The units: a name's factor to the base unit of its kind.

use std::f64::consts::PI;

use super::Unit;

/// A unit without a zero of its own.
fn plain(scale: f64) -> Unit {
    Unit::Linear { scale, zero: 0.0 }
}

/// The prefixes of the SI, as names of units begin with them.
const PREFIXES: [(&str, f64); 14] = [
    ("Peta", 1e15),
    ("Tera", 1e12),
    ("Giga", 1e9),
    ("Mega", 1e6),
    ("Kilo", 1e3),
    ("Hecto", 1e2),
    ("Deca", 1e1),
    ("Deci", 1e-1),
    ("Centi", 1e-2),
    ("Milli", 1e-3),
    ("Micro", 1e-6),
    ("Nano", 1e-9),
    ("Pico", 1e-12),
    ("Femto", 1e-15),
];

/// A unit by its name, or by a prefix and one of `prefixed`.
fn find(name: &str, own: &[(&str, f64)], prefixed: &[(&str, f64)]) -> Option<Unit> {
    if let Some((_, scale)) = own.iter().chain(prefixed).find(|(own, _)| *own == name) {
        return Some(plain(*scale));
    }
    PREFIXES.iter().find_map(|(prefix, factor)| {
        let rest = name.strip_prefix(prefix)?;
        let (_, scale) = prefixed.iter().find(|(unit, _)| {
            // `Meter` is `meter` behind a prefix.
            let mut letters = unit.chars();
            letters.next().is_some_and(|first| {
                rest.strip_prefix(first.to_ascii_lowercase()) == Some(letters.as_str())
            })
        })?;
        Some(plain(factor * scale))
    })
}

pub fn angle(name: &str) -> Option<Unit> {
    if name == "Tilt" {
        return Some(Unit::Sine);
    }
    let own = [
        ("Arcminute", 1.0 / 60.0),
        ("Arcsecond", 1.0 / 3600.0),
        ("Gradian", 0.9),
        ("NatoMil", 9.0 / 160.0),
        ("Revolution", 360.0),
    ];
    find(name, &own, &[("Degree", 1.0), ("Radian", 180.0 / PI)])
}

pub fn energy(name: &str) -> Option<Unit> {
    let own = [
        ("DecathermEc", 1.055_055_852_62e9),
        ("DecathermImperial", 1.055_055_852_573_48e9),
        ("DecathermUs", 1.054_804e9),
        ("Erg", 1e-7),
        ("FootPound", 1.355_817_948),
        ("HorsepowerHour", 2.684_519_537_7e6),
        ("ThermEc", 1.055_055_852_62e8),
        ("ThermImperial", 1.055_055_852_573_48e8),
        ("ThermUs", 1.054_804e8),
    ];
    let prefixed = [
        ("BritishThermalUnit", 1_055.055_852_62),
        ("Calorie", 4.184),
        ("ElectronVolt", 1.602_176_565e-19),
        ("Joule", 1.0),
        ("WattDay", 86_400.0),
        ("WattHour", 3600.0),
    ];
    find(name, &own, &prefixed)
}

pub fn force(name: &str) -> Option<Unit> {
    let own = [
        ("Dyn", 1e-5),
        ("KilogramForce", 9.806_65),
        ("KiloPond", 9.806_65),
        ("KilopoundForce", 4_448.221_615_260_5),
        ("OunceForce", 0.278_013_850_953_781_2),
        ("PoundForce", 4.448_221_615_260_5),
        ("Poundal", 0.138_254_954_376),
        ("ShortTonForce", 8_896.443_230_521),
        ("TonneForce", 9806.65),
    ];
    find(name, &own, &[("Newton", 1.0)])
}

pub fn length(name: &str) -> Option<Unit> {
    let own = [
        ("Angstrom", 1e-10),
        ("AstronomicalUnit", 1.495_978_707_0e11),
        ("Chain", 20.1168),
        ("DataMile", 1828.8),
        ("DtpPica", 0.0254 / 6.0),
        ("DtpPoint", 0.0254 / 72.0),
        ("Fathom", 1.8288),
        ("Foot", 0.3048),
        ("Hand", 0.1016),
        ("Inch", 0.0254),
        ("Microinch", 2.54e-8),
        ("Mil", 2.54e-5),
        ("Mile", 1609.344),
        ("NauticalMile", 1852.0),
        ("PrinterPica", 0.0254 * 12.0 / 72.27),
        ("PrinterPoint", 0.0254 / 72.27),
        ("Shackle", 27.432),
        ("SolarRadius", 6.9551e8),
        ("Twip", 0.0254 / 1440.0),
        ("UsSurveyFoot", 1200.0 / 3937.0),
        ("Yard", 0.9144),
    ];
    let prefixed = [
        ("LightYear", 9.460_730_472_58e15),
        ("Meter", 1.0),
        ("Parsec", 3.085_677_581_28e16),
    ];
    find(name, &own, &prefixed)
}

pub fn mass(name: &str) -> Option<Unit> {
    let own = [
        ("EarthMass", 5.972_2e24),
        ("Grain", 6.479_891e-5),
        ("Kilopound", 453.592_37),
        ("LongHundredweight", 50.802_345_44),
        ("LongTon", 1_016.046_908_8),
        ("Megapound", 453_592.37),
        ("Ounce", 0.028_349_523_125),
        ("Pound", 0.453_592_37),
        ("ShortHundredweight", 45.359_237),
        ("ShortTon", 907.184_74),
        // The mass that a pound of force accelerates by one foot per second squared.
        ("Slug", 4.448_221_615_260_5 / 0.3048),
        ("SolarMass", 1.989_47e30),
        ("Stone", 6.350_293_18),
    ];
    find(name, &own, &[("Gram", 1e-3), ("Tonne", 1e3)])
}

pub fn speed(name: &str) -> Option<Unit> {
    match name {
        "Knot" => return Some(plain(1852.0 / 3600.0)),
        "MilePerHour" => return Some(plain(0.447_04)),
        _ => {}
    }
    let (distance, time) = name.split_once("Per")?;
    let seconds = match time {
        "Hour" => 3600.0,
        "Minute" => 60.0,
        "Second" => 1.0,
        _ => return None,
    };
    let known = ["Foot", "Inch", "UsSurveyFoot", "Yard"];
    if !known.contains(&distance) && !distance.to_ascii_lowercase().ends_with("meter") {
        return None;
    }
    Some(plain(length(distance)?.scale()? / seconds))
}

/// In kelvins.
pub fn temperature(name: &str) -> Option<Unit> {
    let (scale, zero) = match name {
        "Kelvin" => (1.0, 0.0),
        "DegreeCelsius" => (1.0, 273.15),
        "MillidegreeCelsius" => (1e-3, 273.15),
        "DegreeDelisle" => (-2.0 / 3.0, 373.15),
        "DegreeFahrenheit" => (5.0 / 9.0, 459.67 * 5.0 / 9.0),
        "DegreeNewton" => (100.0 / 33.0, 273.15),
        "DegreeRankine" => (5.0 / 9.0, 0.0),
        "DegreeReaumur" => (1.25, 273.15),
        "DegreeRoemer" => (40.0 / 21.0, 273.15 - 7.5 * 40.0 / 21.0),
        "SolarTemperature" => (5778.0, 0.0),
        _ => return None,
    };
    Some(Unit::Linear { scale, zero })
}

/// In cubic metres.
pub fn volume(name: &str) -> Option<Unit> {
    let own = [
        ("AcreFoot", 1.0 / 0.000_810_714),
        ("AuTablespoon", 20e-6),
        ("BoardFoot", 2.359_737_216e-3),
        ("CubicFoot", 0.028_316_846_592),
        ("CubicInch", 1.638_706_4e-5),
        ("CubicMile", 4.168_181_825_44e9),
        ("CubicYard", 0.764_554_857_984),
        ("DecausGallon", 3.785_411_784e-2),
        ("DeciusGallon", 3.785_411_784e-4),
        ("HectousGallon", 0.378_541_178_4),
        ("HectocubicFoot", 2.831_684_659_2),
        ("HectocubicMeter", 1e2),
        ("ImperialBeerBarrel", 0.163_659_24),
        ("ImperialGallon", 4.546_09e-3),
        ("ImperialOunce", 2.841_306_25e-5),
        ("ImperialPint", 5.682_612_5e-4),
        ("KilocubicFoot", 28.316_846_592),
        ("KilocubicMeter", 1e3),
        ("KiloimperialGallon", 4.546_09),
        ("KilousGallon", 3.785_411_784),
        ("MegacubicFoot", 28_316.846_592),
        ("MegaimperialGallon", 4546.09),
        ("MegausGallon", 3_785.411_784),
        ("MetricCup", 250e-6),
        ("MetricTeaspoon", 5e-6),
        ("OilBarrel", 0.158_987_294_928),
        ("UkTablespoon", 15e-6),
        ("UsBeerBarrel", 0.117_347_765_304),
        ("UsCustomaryCup", 2.365_882_365e-4),
        ("UsFluidOunce", 2.957_352_956_25e-5),
        ("UsGallon", 3.785_411_784e-3),
        ("UsLegalCup", 240e-6),
        ("UsOunce", 2.957_352_956_25e-5),
        ("UsPint", 4.731_764_73e-4),
        ("UsQuart", 9.463_529_46e-4),
        ("UsTablespoon", 1.478_676_478_125e-5),
        ("UsTeaspoon", 4.928_921_593_75e-6),
    ];
    if let Some(side) = name
        .strip_prefix("Cubic")
        .filter(|s| s.to_lowercase().ends_with("meter"))
    {
        return Some(plain(length(side)?.scale()?.powi(3)));
    }
    find(name, &own, &[("Liter", 1e-3)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are those of Microsoft's pages.
    #[test]
    fn every_unit_of_the_reference_is_known_and_undoes_itself() {
        type Find = fn(&str) -> Option<Unit>;
        let kinds: [(Find, &str); 8] = [
            (
                angle,
                "Arcminute Arcsecond Centiradian Deciradian Degree Gradian Microdegree Microradian \
                 Millidegree Milliradian Nanodegree Nanoradian NatoMil Radian Revolution Tilt",
            ),
            (
                energy,
                "BritishThermalUnit Calorie DecathermEc DecathermImperial DecathermUs ElectronVolt Erg \
                 FootPound GigabritishThermalUnit GigaelectronVolt Gigajoule GigawattDay GigawattHour \
                 HorsepowerHour Joule KilobritishThermalUnit Kilocalorie KiloelectronVolt Kilojoule \
                 KilowattDay KilowattHour MegabritishThermalUnit Megacalorie MegaelectronVolt Megajoule \
                 MegawattDay MegawattHour Millijoule TeraelectronVolt TerawattDay TerawattHour ThermEc \
                 ThermImperial ThermUs WattDay WattHour",
            ),
            (
                force,
                "Decanewton Dyn KilogramForce Kilonewton KiloPond KilopoundForce Meganewton Micronewton \
                 Millinewton Newton OunceForce Poundal PoundForce ShortTonForce TonneForce",
            ),
            (
                length,
                "Angstrom AstronomicalUnit Centimeter Chain DataMile Decameter Decimeter DtpPica DtpPoint \
                 Fathom Foot Hand Hectometer Inch KilolightYear Kilometer Kiloparsec LightYear \
                 MegalightYear Megaparsec Meter Microinch Micrometer Mil Mile Millimeter Nanometer \
                 NauticalMile Parsec PrinterPica PrinterPoint Shackle SolarRadius Twip UsSurveyFoot Yard",
            ),
            (
                mass,
                "Centigram Decagram Decigram EarthMass Grain Gram Hectogram Kilogram Kilopound Kilotonne \
                 LongHundredweight LongTon Megapound Megatonne Microgram Milligram Nanogram Ounce Pound \
                 ShortHundredweight ShortTon Slug SolarMass Stone Tonne",
            ),
            (
                speed,
                "CentimeterPerHour CentimeterPerMinute CentimeterPerSecond DecimeterPerMinute \
                 DecimeterPerSecond FootPerHour FootPerMinute FootPerSecond InchPerHour InchPerMinute \
                 InchPerSecond KilometerPerHour KilometerPerMinute KilometerPerSecond Knot MeterPerHour \
                 MeterPerMinute MeterPerSecond MicrometerPerMinute MicrometerPerSecond MilePerHour \
                 MillimeterPerHour MillimeterPerMinute MillimeterPerSecond NanometerPerMinute \
                 NanometerPerSecond UsSurveyFootPerHour UsSurveyFootPerMinute UsSurveyFootPerSecond \
                 YardPerHour YardPerMinute YardPerSecond",
            ),
            (
                temperature,
                "DegreeCelsius DegreeDelisle DegreeFahrenheit DegreeNewton DegreeRankine DegreeReaumur \
                 DegreeRoemer Kelvin MillidegreeCelsius SolarTemperature",
            ),
            (
                volume,
                "AcreFoot AuTablespoon BoardFoot Centiliter CubicCentimeter CubicDecimeter CubicFoot \
                 CubicHectometer CubicInch CubicKilometer CubicMeter CubicMicrometer CubicMile \
                 CubicMillimeter CubicYard Decaliter DecausGallon Deciliter DeciusGallon HectocubicFoot \
                 HectocubicMeter Hectoliter HectousGallon ImperialBeerBarrel ImperialGallon ImperialOunce \
                 ImperialPint KilocubicFoot KilocubicMeter KiloimperialGallon Kiloliter KilousGallon \
                 Liter MegacubicFoot MegaimperialGallon Megaliter MegausGallon MetricCup MetricTeaspoon \
                 Microliter Milliliter OilBarrel UkTablespoon UsBeerBarrel UsCustomaryCup UsGallon \
                 UsLegalCup UsOunce UsPint UsQuart UsTablespoon UsTeaspoon",
            ),
        ];
        for (find, names) in kinds {
            for name in names.split_whitespace() {
                let unit = find(name).unwrap_or_else(|| panic!("{name}"));
                let back = unit.of_base(unit.to_base(0.75));
                assert!((back - 0.75).abs() < 1e-9, "{name}: {back}");
            }
            assert_eq!(find("Nonsense"), None);
        }
    }

    #[test]
    fn lengths_by_their_definitions() {
        for (name, metres) in [
            ("PrinterPica", 1.0 / 237.106_301_584),
            ("DtpPica", 1.0 / 236.220_472_441),
            ("Twip", 1.0 / 56_692.913_385_826),
            ("Kiloparsec", 3.085_677_581_28e19),
        ] {
            let unit = length(name).unwrap();
            assert!((unit.to_base(1.0) / metres - 1.0).abs() < 1e-7, "{name}");
        }
    }
}
