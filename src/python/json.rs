//! JSON of the values that most handlers return, written at once.

use std::fmt::Write as _;

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple};
use rustpython_vm::literal::float;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};

/// Values nested deeper are left to the careful writer, which knows a circle when it sees one.
const DEEPEST: usize = 50;

/// Python writes no longer ones (`sys.set_int_max_str_digits`); the careful writer says so.
const LONGEST_INT: usize = 4300;

/// The JSON text of a value that is made of nothing but `None`, `bool`, `int`, `float`, `str`, `list`, `tuple` and
/// `dict` with keys of text, as Python's `json.dumps(value, ensure_ascii=False)` writes it; `None` for any other.
pub(super) fn plain(value: &PyObject, vm: &VirtualMachine) -> Option<String> {
    let mut text = String::new();
    write(value, &mut text, 0, vm)?;
    Some(text)
}

fn write(value: &PyObject, text: &mut String, depth: usize, vm: &VirtualMachine) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    if vm.is_none(value) {
        text.push_str("null");
    } else if value.is(&vm.ctx.true_value) {
        text.push_str("true");
    } else if value.is(&vm.ctx.false_value) {
        text.push_str("false");
    } else if let Some(value) = value.downcast_ref_if_exact::<PyStr>(vm) {
        write_text(value.to_str()?, text);
    } else if let Some(value) = value.downcast_ref_if_exact::<PyInt>(vm) {
        let digits = value.to_str_radix_10();
        if digits.len() > LONGEST_INT {
            return None;
        }
        text.push_str(&digits);
    } else if let Some(value) = value.downcast_ref_if_exact::<PyFloat>(vm) {
        write_number(value.to_f64(), text);
    } else if let Some(list) = value.downcast_ref_if_exact::<PyList>(vm) {
        write_array(&list.borrow_vec(), text, depth, vm)?;
    } else if let Some(tuple) = value.downcast_ref_if_exact::<PyTuple>(vm) {
        write_array(tuple.as_slice(), text, depth, vm)?;
    } else {
        let dict = value.downcast_ref_if_exact::<PyDict>(vm)?;
        text.push('{');
        for (index, (key, item)) in dict.items_vec().iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            write_text(key.downcast_ref_if_exact::<PyStr>(vm)?.to_str()?, text);
            text.push_str(": ");
            write(item, text, depth + 1, vm)?;
        }
        text.push('}');
    }
    Some(())
}

fn write_array(
    items: &[rustpython_vm::PyObjectRef],
    text: &mut String,
    depth: usize,
    vm: &VirtualMachine,
) -> Option<()> {
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write(item, text, depth + 1, vm)?;
    }
    text.push(']');
    Some(())
}

fn write_number(value: f64, text: &mut String) {
    if value.is_nan() {
        text.push_str("NaN");
    } else if value.is_infinite() {
        text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        text.push_str(&float::to_string(value));
    }
}

fn write_text(value: &str, text: &mut String) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
