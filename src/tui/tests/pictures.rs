use super::driver::App;
use crate::tui::picture::render_svg;

#[test]
fn a_screen_becomes_a_picture() {
    let mut app = App::new();
    app.keys("<enter>n");
    let svg = render_svg(&app.buffer());
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("The life of a function"));
}
