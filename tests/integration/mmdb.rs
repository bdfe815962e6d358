//! A MaxMind DB file of one network, written by its specification: tests need one, and none may be taken
//! along.

/// The database of IPv4 in which `network` of this prefix is in this country, state and city.
pub fn database(network: [u8; 4], prefix: u32, place: [&str; 3], degrees: [f64; 2]) -> Vec<u8> {
    let nodes = prefix;
    let missing = nodes;
    let found = nodes + 16;
    let address = u32::from_be_bytes(network);
    let mut file = Vec::new();
    for node in 0..nodes {
        let next = match node + 1 == nodes {
            true => found,
            false => node + 1,
        };
        let right = address >> (31 - node) & 1 == 1;
        let records = match right {
            true => [missing, next],
            false => [next, missing],
        };
        // A record has 24 bits.
        records
            .iter()
            .for_each(|record| file.extend(&record.to_be_bytes()[1..]));
    }
    file.extend([0; 16]);
    let named = |name: &str| map(&[("names", map(&[("en", text(name))]))]);
    let [country, state, city] = place.map(named);
    file.extend(map(&[
        ("city", city),
        ("country", country),
        (
            "location",
            map(&[
                ("latitude", double(degrees[0])),
                ("longitude", double(degrees[1])),
            ]),
        ),
        ("subdivisions", array(&[state])),
    ]));
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.extend(map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1)),
        ("database_type", text("Test-City")),
        ("description", map(&[("en", text("one network"))])),
        ("ip_version", number(5, 4)),
        ("languages", array(&[text("en")])),
        ("node_count", number(6, nodes)),
        ("record_size", number(5, 24)),
    ]));
    file
}

/// A value's type and size. Types from 8 on have a byte of their own.
fn control(ty: u8, size: usize) -> Vec<u8> {
    assert!(size < 29, "longer values have another form");
    match ty < 8 {
        true => vec![ty << 5 | size as u8],
        false => vec![size as u8, ty - 7],
    }
}

fn text(text: &str) -> Vec<u8> {
    [control(2, text.len()), text.as_bytes().to_vec()].concat()
}

fn double(number: f64) -> Vec<u8> {
    [control(3, 8), number.to_be_bytes().to_vec()].concat()
}

fn number(ty: u8, number: u32) -> Vec<u8> {
    // A number of 16 bits has no more.
    let bytes = number.to_be_bytes();
    let bytes = match ty {
        5 => &bytes[2..],
        _ => &bytes[..],
    };
    [control(ty, bytes.len()), bytes.to_vec()].concat()
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [control(11, items.len()), items.concat()].concat()
}

fn map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let members = members
        .iter()
        .map(|(name, value)| [text(name), value.clone()].concat());
    let members: Vec<Vec<u8>> = members.collect();
    [control(7, members.len()), members.concat()].concat()
}
