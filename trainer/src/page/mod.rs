//! One self-contained HTML page: no request, no script, light and dark, tables beside the plots.
//!
//! Colours are the page's own: a plot names a series by its number, the style sheet says how that looks.

pub mod plot;
pub mod svg;

use std::fmt::Write;

/// A page that grows section by section.
#[derive(Clone, Debug)]
pub struct Page {
    html: String,
    in_section: bool,
}

impl Page {
    /// An empty page; `lead` says in a sentence what it shows.
    pub fn new(title: &str, lead: &str) -> Self {
        let (title, lead) = (escape(title), escape(lead));
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p class=\"lead\">{lead}</p>\n",
            include_str!("page.css")
        );
        Page { html, in_section: false }
    }

    /// Ends the section before and begins another.
    pub fn section(&mut self, heading: &str) {
        self.end_section();
        self.in_section = true;
        let _ = writeln!(self.html, "<section>\n<h2>{}</h2>", escape(heading));
    }

    /// A heading within the section.
    pub fn heading(&mut self, heading: &str) {
        let _ = writeln!(self.html, "<h3>{}</h3>", escape(heading));
    }

    /// A paragraph; what stands between backticks is code.
    pub fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.html, "<p>{}</p>", inline(text));
    }

    /// Text that keeps its lines, such as a piece of a recipe.
    pub fn code(&mut self, text: &str) {
        let _ = writeln!(self.html, "<pre tabindex=\"0\"><code>{}</code></pre>", escape(text));
    }

    /// A table whose rows are named by their first cell. Numbers and percentages are set as such.
    pub fn table(&mut self, caption: &str, header: &[&str], rows: &[Vec<String>]) {
        let _ = write!(
            self.html,
            "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>{}</caption>\n<thead><tr>",
            escape(caption)
        );
        for (i, name) in header.iter().enumerate() {
            let numeric = i > 0 && rows.iter().all(|row| row.get(i).is_none_or(|cell| is_number(cell)));
            let _ = write!(self.html, "<th scope=\"col\"{}>{}</th>", class(numeric), escape(name));
        }
        self.html.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.html.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let text = escape(cell);
                let _ = match i {
                    0 => write!(self.html, "<th scope=\"row\">{text}</th>"),
                    _ => write!(self.html, "<td{}>{text}</td>", class(is_number(cell))),
                };
            }
            self.html.push_str("</tr>\n");
        }
        self.html.push_str("</tbody></table></div>\n");
    }

    /// A plot of [`svg`] and the words that stand with it, if any.
    pub fn figure(&mut self, caption: &str, svg: &str) {
        let _ = writeln!(self.html, "{}", figure(caption, svg));
    }

    /// Small plots side by side, each with its caption.
    pub fn figures(&mut self, figures: &[(String, String)]) {
        self.html.push_str("<div class=\"grid\">\n");
        for (caption, svg) in figures {
            self.figure(caption, svg);
        }
        self.html.push_str("</div>\n");
    }

    /// Short lines of text, one below the other; what stands between backticks is code.
    pub fn list(&mut self, items: &[String]) {
        self.html.push_str("<ul>\n");
        for item in items {
            let _ = writeln!(self.html, "<li>{}</li>", inline(item));
        }
        self.html.push_str("</ul>\n");
    }

    /// HTML, whose parts that come from data must be [`escape`]d.
    pub fn html(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// The names of series 0, 1, ... and their colours.
    pub fn legend(&mut self, names: &[&str]) {
        let series: Vec<(&str, usize)> = names.iter().copied().zip(0..).collect();
        self.legend_of(&series);
    }

    /// Names and the series whose colours they have.
    pub fn legend_of(&mut self, names: &[(&str, usize)]) {
        self.html.push_str("<ul class=\"legend\">");
        for (name, series) in names {
            let (series, name) = (svg::series_class(*series), escape(name));
            let _ = write!(self.html, "<li><span class=\"{series}\"></span>{name}</li>");
        }
        self.html.push_str("</ul>\n");
    }

    /// What `write` adds stands folded under `summary`: for long tables beside a plot.
    pub fn details(&mut self, summary: &str, write: impl FnOnce(&mut Page)) {
        let _ = writeln!(self.html, "<details><summary>{}</summary>", escape(summary));
        write(self);
        self.html.push_str("</details>\n");
    }

    /// The whole document.
    pub fn finish(mut self) -> String {
        self.end_section();
        self.html.push_str("</main>\n</body>\n</html>\n");
        self.html
    }

    fn end_section(&mut self) {
        if std::mem::take(&mut self.in_section) {
            self.html.push_str("</section>\n");
        }
    }
}

fn figure(caption: &str, svg: &str) -> String {
    if caption.is_empty() {
        return format!("<figure>\n{svg}</figure>");
    }
    format!("<figure><figcaption>{}</figcaption>\n{svg}</figure>", escape(caption))
}

/// Text as HTML, in which backticks enclose code.
fn inline(text: &str) -> String {
    let mut html = String::new();
    for (i, part) in text.split('`').enumerate() {
        let part = escape(part);
        let _ = if i % 2 == 1 { write!(html, "<code>{part}</code>") } else { write!(html, "{part}") };
    }
    html
}

/// Text as HTML, in and outside of attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Not allowed in XML, of which SVG is made, nor in HTML.
            letter if letter.is_control() && !letter.is_whitespace() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Is it a number, a percentage or nothing?
pub fn is_number(cell: &str) -> bool {
    cell.chars().all(|letter| letter.is_ascii_digit() || "+-.e %".contains(letter))
}

fn class(numeric: bool) -> &'static str {
    if numeric { " class=\"number\"" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_the_data_cannot_become_markup() {
        let name = "<script>alert('&')</script>";
        let mut page = Page::new(name, name);
        page.section(name);
        page.table(name, &[name], &[vec![name.to_owned()]]);
        let bar = svg::Bar { name, value: 1.0, text: name.to_owned(), series: 0 };
        page.figure(name, &svg::bars(name, &[bar]));
        let html = page.finish();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;&amp;&#39;)"), "{html}");
    }
}
