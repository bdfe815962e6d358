//! `geo_info_from_ip_address`: where an address is, from a MaxMind DB file.
//!
//! In: addresses as text. Out: a bag with `country`, `state`, `city`, `latitude` and `longitude`, as Kusto gives
//! it, of what the file knows; null where it knows nothing, or where the text is no address. Source:
//! "geo_info_from_ip_address()" of Microsoft's reference, "MaxMind DB File Format Specification".

use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use maxminddb::Reader;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::engine::EngineError;
use crate::functions::{GEO_INFO_UDF, udf::row_wise};
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// What of a record is looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    country: Named,
    subdivisions: Vec<Named>,
    city: Named,
    location: Location,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    names: Names,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names {
    en: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// The function over this file.
pub(in crate::engine) fn udf(path: &Path) -> std::result::Result<ScalarUDF, EngineError> {
    let reader = Reader::open_readfile(path).map_err(|e| EngineError::Outside {
        path: path.display().to_string(),
        why: e.to_string(),
    })?;
    Ok(ScalarUDF::new_from_impl(GeoInfo {
        reader: Arc::new(reader),
        signature: Signature::exact(vec![data_type(ScalarType::String)], Volatility::Immutable),
    }))
}

#[derive(Debug)]
struct GeoInfo {
    reader: Arc<Reader<Vec<u8>>>,
    signature: Signature,
}

// An engine has one file.
impl PartialEq for GeoInfo {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader)
    }
}

impl Eq for GeoInfo {}

impl Hash for GeoInfo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.reader).hash(state);
    }
}

impl ScalarUDFImpl for GeoInfo {
    fn name(&self) -> &str {
        GEO_INFO_UDF
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(data_type(ScalarType::Dynamic))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        row_wise(&args.args, args.number_rows, |arrays| self.places(arrays))
    }
}

impl GeoInfo {
    fn places(&self, arrays: &[ArrayRef]) -> Result<ArrayRef> {
        let addresses = arrays[0].as_string_view();
        let mut places = StringViewBuilder::with_capacity(addresses.len());
        for address in addresses {
            match address {
                Some(address) => places.append_option(self.place(address)?),
                None => places.append_null(),
            }
        }
        Ok(Arc::new(places.finish()))
    }

    fn place(&self, address: &str) -> Result<Option<String>> {
        let Ok(address) = address.trim().parse::<IpAddr>() else {
            return Ok(None);
        };
        let fault = |e| DataFusionError::External(Box::new(e));
        let found = self.reader.lookup(address).map_err(fault)?;
        let place: Option<Place> = found.decode().map_err(fault)?;
        Ok(place.and_then(described))
    }
}

/// The bag; None where nothing is known.
fn described(place: Place) -> Option<String> {
    let mut bag = Map::new();
    let state = place.subdivisions.into_iter().next().unwrap_or_default();
    let names = [
        ("country", place.country),
        ("state", state),
        ("city", place.city),
    ];
    for (name, Named { names }) in names {
        bag.extend(names.en.map(|text| (name.to_owned(), Value::from(text))));
    }
    let location = [
        ("latitude", place.location.latitude),
        ("longitude", place.location.longitude),
    ];
    for (name, degrees) in location {
        bag.extend(degrees.map(|number| (name.to_owned(), Value::from(number))));
    }
    (!bag.is_empty()).then(|| Value::Object(bag).to_string())
}
