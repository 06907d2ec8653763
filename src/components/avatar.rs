//! The picture of a person, or the first letters of their name.

use super::live;
use leptos::prelude::*;

/// The first letters of the first and the last word. The style sheet makes capitals of them.
fn initials(name: &str) -> String {
    // What is before the at sign of an address; the rest says nothing about the person.
    let name = name.split('@').next().unwrap_or_default();
    let mut words = name.split([' ', '.', '_', '-', '+']).filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

/// The picture. It stands beside the name, so that people who do not see it miss nothing. The letters are there at once and
/// stay if there is no picture, if it is not fetched over HTTPS, or if it does not come.
#[component]
pub fn Avatar(
    /// What the person is called.
    #[prop(into)]
    name: String,
    /// The address of the picture (`picture` of OpenID Connect). Text of the person's own choice: only `https:` is fetched,
    /// and its host is told nothing of this page.
    #[prop(optional, into)]
    picture: Option<String>,
    /// A large one, for the person's own page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let picture = RwSignal::new(picture.filter(|address| address.starts_with("https://")));
    view! {
        <span class=if large { "avatar avatar--large" } else { "avatar" } aria-hidden="true">
            {initials(&name)}
            {live(move || {
                picture
                    .get()
                    .map(|address| {
                        view! {
                            <img
                                class="avatar__picture"
                                src=address
                                alt=""
                                referrerpolicy="no-referrer"
                                decoding="async"
                                on:error=move |_| picture.set(None)
                            />
                        }
                    })
            })}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("ada.lovelace@example.com", "al"),
            ("Ada Maria King Noel", "AN"),
            ("ada", "a"),
            ("  Ångström  ", "Å"),
            ("+491701234567", "4"),
            ("", ""),
            ("@", ""),
        ] {
            assert_eq!(initials(name), expected, "{name:?}");
        }
    }

    #[test]
    fn only_pictures_over_https_are_fetched() {
        let draw = |address: &str| {
            let picture = address.to_owned();
            Owner::new().with(|| view! { <Avatar name="Ada" picture=picture /> }.to_html())
        };
        let html = draw("https://example.com/ada.png");
        assert!(html.contains("src=\"https://example.com/ada.png\"") && html.contains("no-referrer"), "{html}");
        for refused in
            ["http://example.com/a.png", "//example.com/a.png", "javascript:alert(1)", "data:image/png,", "a.png"]
        {
            assert!(!draw(refused).contains("<img"), "{refused}");
        }
    }
}
