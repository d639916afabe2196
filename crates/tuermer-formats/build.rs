//! Writes the functions that fill the templates of mails: one arm for each folder of `templates/`, so that another
//! language is another folder. A folder that lacks a template does not compile.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Name of the function, template, and the fields of its view with their types.
const PARTS: [(&str, &str, &[(&str, &str)]); 6] = [
    ("warning_text", "warning.txt", WARNING),
    ("warning_html", "warning.html", WARNING),
    ("correction_text", "correction.txt", WARNING),
    ("correction_html", "correction.html", WARNING),
    ("notice_text", "notice.txt", NOTICE),
    ("notice_html", "notice.html", NOTICE),
];
const WARNING: &[(&str, &str)] = &[("v", "&'a View")];
const NOTICE: &[(&str, &str)] = &[("paragraphs", "&'a [&'a str]"), ("page", "&'a str")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=templates");
    let mut codes = Vec::new();
    for entry in fs::read_dir("templates")? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            codes.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    codes.sort();
    let out = env::var_os("OUT_DIR").ok_or("cargo tells no OUT_DIR")?;
    for (name, template, fields) in PARTS {
        let written = function(name, template, fields, &codes)?;
        fs::write(Path::new(&out).join(format!("{name}.rs")), written)?;
    }
    Ok(())
}

fn function(
    name: &str,
    template: &str,
    fields: &[(&str, &str)],
    codes: &[String],
) -> Result<String, Box<dyn Error>> {
    let typed: Vec<String> = fields
        .iter()
        .map(|(field, kind)| format!("{field}: {kind}"))
        .collect();
    let typed = typed.join(", ");
    let names: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
    let names = names.join(", ");
    let taken = typed.replace("&'a ", "&");
    let mut code = format!("fn {name}(language: Language, {taken}) -> askama::Result<String> {{\n");
    code.push_str("match language.code() {\n");
    for language in codes {
        writeln!(
            code,
            "{language:?} => {{\n#[derive(Template)]\n#[template(path = \"{language}/{template}\")]\nstruct Filled<'a> {{ {typed} }}\nFilled {{ {names} }}.render()\n}}"
        )?;
    }
    code.push_str("_ => Err(askama::Error::Fmt),\n}\n}\n");
    Ok(code)
}
