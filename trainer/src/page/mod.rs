//! One self-contained HTML page: no request, no script, light and dark, tables beside the plots.
//!
//! What comes from data is escaped by [maud]. Colours are the page's own: a plot names a series by its number, the style
//! sheet says how that looks.

pub mod plot;
pub mod svg;

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A page that grows section by section.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    lead: String,
    /// What stands before the first section.
    preface: String,
    sections: Vec<Section>,
}

#[derive(Clone, Debug)]
struct Section {
    heading: String,
    content: String,
}

impl Page {
    /// An empty page; `lead` says in a sentence what it shows.
    pub fn new(title: &str, lead: &str) -> Self {
        Page { title: title.to_owned(), lead: lead.to_owned(), preface: String::new(), sections: Vec::new() }
    }

    /// Ends the section before and begins another.
    pub fn section(&mut self, heading: &str) {
        self.sections.push(Section { heading: heading.to_owned(), content: String::new() });
    }

    /// Adds to the section.
    pub fn add(&mut self, content: Markup) {
        let section = self.sections.last_mut().map(|section| &mut section.content);
        section.unwrap_or(&mut self.preface).push_str(&content.0);
    }

    /// A heading within the section.
    pub fn heading(&mut self, heading: &str) {
        self.add(html! { h3 { (heading) } });
    }

    /// A paragraph; what stands between backticks is code.
    pub fn paragraph(&mut self, text: &str) {
        self.add(html! { p { (inline(text)) } });
    }

    /// Text that keeps its lines, such as a piece of a recipe.
    pub fn code(&mut self, text: &str) {
        self.add(html! { pre tabindex="0" { code { (text) } } });
    }

    /// A [`table`].
    pub fn table(&mut self, caption: &str, header: &[&str], rows: &[Vec<String>]) {
        self.add(table(caption, header, rows));
    }

    /// A [`figure`].
    pub fn figure(&mut self, caption: &str, svg: &Markup) {
        self.add(figure(caption, svg));
    }

    /// Small plots side by side, each with its caption.
    pub fn figures(&mut self, figures: &[(String, Markup)]) {
        self.add(html! {
            div.grid { @for (caption, svg) in figures { (figure(caption, svg)) } }
        });
    }

    /// Short lines of text, one below the other; what stands between backticks is code.
    pub fn list(&mut self, items: &[String]) {
        self.add(html! { ul { @for item in items { li { (inline(item)) } } } });
    }

    /// The names of series 0, 1, ... and their colours.
    pub fn legend(&mut self, names: &[&str]) {
        let series: Vec<(&str, usize)> = names.iter().copied().zip(0..).collect();
        self.legend_of(&series);
    }

    /// Names and the series whose colours they have.
    pub fn legend_of(&mut self, names: &[(&str, usize)]) {
        self.add(html! {
            ul.legend {
                @for (name, series) in names { li { span class=(svg::series_class(*series)) {} (name) } }
            }
        });
    }

    /// The content stands folded under `summary`: for long tables beside a plot.
    pub fn details(&mut self, summary: &str, content: &Markup) {
        self.add(html! { details { summary { (summary) } (content) } });
    }

    /// The whole document.
    pub fn finish(self) -> String {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    style { (PreEscaped(include_str!("page.css"))) }
                }
                body {
                    main {
                        h1 { (self.title) }
                        p.lead { (self.lead) }
                        (PreEscaped(self.preface))
                        @for Section { heading, content } in &self.sections {
                            section { h2 { (heading) } (PreEscaped(content)) }
                        }
                    }
                }
            }
        };
        document.into_string()
    }
}

/// A table whose rows are named by their first cell. Numbers and percentages are set as such.
pub fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> Markup {
    let numeric = |i: usize| i > 0 && rows.iter().all(|row| row.get(i).is_none_or(|cell| is_number(cell)));
    scrolling(&html! {
        table {
            caption { (caption) }
            thead {
                tr {
                    @for (i, name) in header.iter().enumerate() {
                        th scope="col" class=[numeric(i).then_some("number")] { (name) }
                    }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        @for (i, cell) in row.iter().enumerate() {
                            @if i == 0 {
                                th scope="row" { (cell) }
                            } @else {
                                td class=[is_number(cell).then_some("number")] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// A table that may be wider than the page.
pub fn scrolling(table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" { (table) } }
}

/// A plot of [`svg`] and the words that stand with it, if any.
pub fn figure(caption: &str, svg: &Markup) -> Markup {
    html! {
        figure {
            @if !caption.is_empty() { figcaption { (caption) } }
            (svg)
        }
    }
}

/// Text in which backticks enclose code.
fn inline(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Is it a number, a percentage or nothing?
pub fn is_number(cell: &str) -> bool {
    cell.chars().all(|letter| letter.is_ascii_digit() || "+-.e %".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_the_data_cannot_become_markup() {
        let name = "<script>alert(\"&\")</script>`<b>`";
        let mut page = Page::new(name, name);
        page.section(name);
        page.heading(name);
        page.paragraph(name);
        page.code(name);
        page.list(&[name.to_owned()]);
        page.legend(&[name]);
        page.details(name, &table(name, &[name, name], &[vec![name.to_owned(), name.to_owned()]]));
        let bar = svg::Bar { name, value: 1.0, text: name.to_owned(), series: 0 };
        page.figure(name, &svg::bars(name, &[bar]));
        let heat = |_, _| svg::Heat { strength: 1.0, text: name.to_owned(), title: name.to_owned() };
        page.figures(&[(name.to_owned(), svg::heat_map(name, &[name], &[name], 9.0, heat))]);
        page.figure(name, &svg::histogram(name, name, name, &[vec![1.0]]));
        let axis = || plot::Axis::between(name, 0.0, 1.0);
        let mut plot = plot::Plot::new(axis(), axis(), 9.0, &[plot::Key { name, class: "mark" }]);
        plot.column("area", 0.0, 1.0, 1.0, name);
        page.figure(name, &plot::svg(name, &[plot]));
        let html = page.finish();
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&quot;&amp;&quot;)"), "{html}");
        assert!(html.contains("<code>&lt;b&gt;</code>"), "{html}");
    }
}
