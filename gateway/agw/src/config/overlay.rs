//! What an owner has set, laid over the configuration file.

use pumice_model::settings::{SETTINGS, SettingKind, SettingSpec, VALUE, Values, setting};
use toml::{Table, Value};

use super::document::Mistake;

/// Lays values over a file's text; what cannot be laid is a mistake by its key.
pub(super) fn lay(text: &str, values: &Values) -> (String, Vec<Mistake>) {
    let Ok(mut table) = text.parse::<Table>() else { return (text.to_owned(), Vec::new()) };
    let mut mistakes = Vec::new();
    for (key, value) in values {
        let laid = match setting(key) {
            None => Err("cannot be set here; it is in the configuration file".to_owned()),
            Some(_) if value.len() > VALUE => Err(format!("may have {VALUE} octets and no more")),
            Some(spec) => as_toml(spec.kind, value).and_then(|value| put(&mut table, key, value)),
        };
        if let Err(reason) = laid {
            mistakes.push(Mistake { line: 0, key: key.clone(), reason, absent: false });
        }
    }
    (table.to_string(), mistakes)
}

/// What the file has for each key that can be set, as the form shows it.
pub(super) fn of_file(text: &str) -> Values {
    let Ok(table) = text.parse::<Table>() else { return Values::new() };
    let found = |spec: &SettingSpec| {
        let value = spec
            .key
            .split('.')
            .try_fold(&Value::Table(table.clone()), |value, part| value.get(part))
            .cloned();
        value.and_then(|value| as_text(&value))
    };
    SETTINGS.iter().filter_map(|spec| Some((spec.key.to_owned(), found(spec)?))).collect()
}

fn as_toml(kind: SettingKind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    let number = |text: &str| {
        text.parse::<i64>().map(Value::Integer).map_err(|_| "a whole number is wanted".to_owned())
    };
    let items = || text.split(',').map(str::trim).filter(|item| !item.is_empty());
    match kind {
        SettingKind::Text | SettingKind::Secret => Ok(Value::String(text.to_owned())),
        SettingKind::Number => number(text),
        SettingKind::Switch => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err("true or false is wanted".to_owned()),
        },
        SettingKind::Choice(words) if words.contains(&text) => Ok(Value::String(text.to_owned())),
        SettingKind::Choice(words) => Err(format!("one of {} is wanted", words.join(", "))),
        SettingKind::Texts => Ok(Value::Array(items().map(|item| Value::String(item.to_owned())).collect())),
        SettingKind::Numbers => items().map(number).collect::<Result<Vec<_>, _>>().map(Value::Array),
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(switch) => Some(switch.to_string()),
        Value::Array(items) => Some(items.iter().filter_map(as_text).collect::<Vec<_>>().join(", ")),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// Puts a value in its place, making the tables on the way.
fn put(table: &mut Table, key: &str, value: Value) -> Result<(), String> {
    let (sections, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut place = table;
    for section in sections.split('.').filter(|section| !section.is_empty()) {
        let within = place.entry(section).or_insert_with(|| Value::Table(Table::new()));
        place = within
            .as_table_mut()
            .ok_or_else(|| format!("the configuration file has something else at {section}"))?;
    }
    place.insert(name.to_owned(), value);
    Ok(())
}
