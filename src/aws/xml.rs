//! Reads single elements out of the small XML documents that AWS's query services answer with. Not an XML library: no
//! attributes, no namespaces, no document types.

/// Longer documents are not read; those that are of use here have less than a thousand bytes.
const LONGEST: usize = 64 * 1024;

/// Elements within more than so many others are not read.
const DEEPEST: usize = 32;

/// The text of the first element at a path from the root, `["ErrorResponse", "Error", "Code"]`. `None` if there is
/// none, if it holds other elements, and if the document is broken before it.
pub fn text(document: &str, path: &[&str]) -> Option<String> {
    if document.len() > LONGEST {
        return None;
    }
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document;
    loop {
        let (_, tag) = rest.split_once('<')?;
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
            continue;
        }
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        match tag.as_bytes().first()? {
            // The declaration.
            b'?' => {}
            // A document type could give names to anything, and nothing that is read here needs CDATA.
            b'!' => return None,
            b'/' => {
                if open.pop() != Some(tag[1..].trim_ascii_end()) {
                    return None;
                }
            }
            _ => {
                let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
                let name = tag.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
                if name.is_empty() || open.len() == DEEPEST {
                    return None;
                }
                open.push(name);
                if open == path {
                    return if is_empty { Some(String::new()) } else { content(after) };
                }
                if is_empty {
                    open.pop();
                }
            }
        }
    }
}

/// The text up to the end of the element that is open.
fn content(after: &str) -> Option<String> {
    let (text, end) = after.split_once('<')?;
    if end.starts_with('/') { unescaped(text.trim_ascii()) } else { None }
}

/// With the five entities that XML has by itself, and characters by number, put in.
fn unescaped(mut text: &str) -> Option<String> {
    let mut plain = String::new();
    while let Some((before, after)) = text.split_once('&') {
        let (name, after) = after.split_once(';')?;
        plain.push_str(before);
        plain.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let number = number.strip_prefix('#')?;
                let number = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(number.ok()?)?
            }
        });
        text = after;
    }
    plain.push_str(text);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_are_found_by_their_path() {
        let document = "<?xml version=\"1.0\"?>\n<!-- <a><b>no</b></a> -->\n<a xmlns=\"https://a.test/\">\n <c><b>other</b></c>\
                        <b/><d><b> one\n</b ><b>two</b></d></a>";
        assert_eq!(text(document, &["a", "b"]).as_deref(), Some(""));
        assert_eq!(text(document, &["a", "c", "b"]).as_deref(), Some("other"));
        assert_eq!(text(document, &["a", "d", "b"]).as_deref(), Some("one"));
        for path in [&["b"][..], &["a", "x"], &["a", "c"], &["a", "d", "b", "x"], &[]] {
            assert_eq!(text(document, path), None, "{path:?}");
        }
    }

    #[test]
    fn escaped_characters_are_put_in() {
        let read = |content: &str| text(&format!("<a>{content}</a>"), &["a"]);
        assert_eq!(read("a &lt;&gt;&amp;&quot;&apos; &#65;&#x42;").as_deref(), Some("a <>&\"' AB"));
        assert_eq!(read("&amp;lt;").as_deref(), Some("&lt;"));
        for bad in ["&nbsp;", "&", "&;", "&#;", "&#xD800;", "&#99999999999;", "&lt", "<![CDATA[x]]>"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn broken_documents_are_not_read() {
        for bad in [
            "",
            "text",
            "<",
            "<>",
            "</>",
            "</a>",
            "<a",
            "<a>",
            "<a>x",
            "<a><b></a>",
            "<b></c><a>x</a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<!-- <a>x</a>",
            "<?xml",
        ] {
            assert_eq!(text(bad, &["a"]), None, "{bad}");
        }
        assert_eq!(text(&"<b>".repeat(1000), &["a"]), None);
        assert_eq!(text(&format!("<a>{}</a>", "x".repeat(LONGEST)), &["a"]), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(document in "[<>/a&;#x!?\\- \"]{0,60}|.{0,60}") {
            let _ = text(&document, &["a"]);
            let _ = text(&document, &["a", "a"]);
        }
    }
}
