//! The name of the uploaded file in the fields of a form.

use bytes::Bytes;

const VARIABLE: &[u8] = b"${filename}";

/// A form whose fields have the file's name in place of `${filename}`; only what follows its last slash or backslash
/// (S3 API Reference, "POST Object", and user guide, "Creating an HTML form (using AWS Signature Version 4)").
pub(in crate::endpoint) fn with_file_name(form: Bytes) -> Bytes {
    let Some((fields, name)) = fields_and_name(&form) else {
        return form;
    };
    if !fields.windows(VARIABLE.len()).any(|window| window == VARIABLE) {
        return form;
    }
    let name = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name);
    let mut filled = Vec::with_capacity(form.len() + name.len());
    let mut rest = fields;
    while let Some(&byte) = rest.first() {
        if let Some(after) = rest.strip_prefix(VARIABLE) {
            filled.extend_from_slice(name);
            rest = after;
        } else {
            filled.push(byte);
            rest = &rest[1..];
        }
    }
    filled.extend_from_slice(&form[fields.len()..]);
    filled.into()
}

/// What stands before the part of the file, and the file's name.
fn fields_and_name(form: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut begin = 0;
    for line in form.split_inclusive(|byte| *byte == b'\n') {
        if let Some(name) = name_in(line) {
            return Some((&form[..begin], name));
        }
        begin += line.len();
    }
    None
}

/// The file's name, if the line is the header that has it.
fn name_in(line: &[u8]) -> Option<&[u8]> {
    const HEADER: &[u8] = b"content-disposition:";
    const NAME: &[u8] = b"; filename=\"";
    let is_header = line.len() > HEADER.len() && line[..HEADER.len()].eq_ignore_ascii_case(HEADER);
    if !is_header
        || !line
            .windows(12)
            .any(|window| window.eq_ignore_ascii_case(b" name=\"file\""))
    {
        return None;
    }
    let at = line.windows(NAME.len()).position(|window| window == NAME)?;
    line[at + NAME.len()..].split(|byte| *byte == b'"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(key: &str, file: &str) -> String {
        format!(
            "--edge\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{key}\r\n--edge\r\n\
             Content-Disposition: form-data; name=\"file\"{file}\r\n\r\n${{filename}}\r\n--edge--\r\n"
        )
    }

    fn filled(key: &str, file: &str) -> String {
        String::from_utf8(with_file_name(form(key, file).into()).to_vec()).unwrap()
    }

    #[test]
    fn fields_name_the_file() {
        let file = "; filename=\"a b.txt\"";
        assert_eq!(filled("in/${filename}", file), form("in/a b.txt", file));
        assert_eq!(filled("${filename}-${filename}", file), form("a b.txt-a b.txt", file));
    }

    #[test]
    fn the_path_of_the_file_does_not_count() {
        for path in ["C:\\pictures\\me.png", "/home/me/me.png"] {
            let file = format!("; filename=\"{path}\"");
            assert_eq!(filled("${filename}", &file), form("me.png", &file));
        }
    }

    #[test]
    fn what_has_no_file_name_or_no_variable_stays() {
        for (key, file) in [
            ("${filename}", ""),
            ("key", "; filename=\"f\""),
            ("${file}", "; filename=\"f\""),
        ] {
            assert_eq!(filled(key, file), form(key, file));
        }
        assert_eq!(with_file_name(Bytes::new()), Bytes::new());
    }
}
