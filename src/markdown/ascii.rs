//! Stand-ins for terminals that show ASCII only. Every stand-in is one cell wide, as what it stands for.

/// The stand-in for a character, or the character itself where there is none.
#[must_use]
pub fn stand_in(char: char) -> char {
    match char {
        '─' | '━' | '–' | '—' | '−' | '‑' | '╌' => '-',
        '│' | '┃' | '▌' | '▏' | '▐' | '┆' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' | '✓' => {
            '+'
        }
        '•' | '●' | '◆' | '×' => '*',
        '○' | '◇' => 'o',
        '◐' | '≈' => '~',
        '✗' => 'x',
        '▸' | '▶' | '→' | '↪' | '›' | '⇒' | '»' | '≥' => '>',
        '←' | '‹' | '«' | '≤' => '<',
        '↑' => '^',
        '↓' | '▾' | '▼' => 'v',
        '█' | '▓' => '#',
        '░' | '▒' | '…' | '·' => '.',
        '‘' | '’' | '′' => '\'',
        '“' | '”' | '″' => '"',
        '\u{a0}' => ' ',
        'µ' => 'u',
        other => other,
    }
}

/// The text with stand-ins.
#[must_use]
pub fn ascii(text: &str) -> String {
    text.chars().map(stand_in).collect()
}
