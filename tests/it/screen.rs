//! The real program in a terminal that is none: keys go in, a picture comes out.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use crate::lab::PROGRAM;

/// The longest that anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Screen {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    picture: vt100::Parser,
    bytes: Vec<u8>,
    over: bool,
}

impl Screen {
    /// Starts the program with its files in a folder.
    pub fn start(folder: &Path, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.env("LAMBDA_COURSE_DIR", folder.join("files"));
        command.env("LAMBDA_COURSE_DATA", folder.join("data"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            picture: vt100::Parser::new(rows, columns, 0),
            bytes: Vec::new(),
            over: false,
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let into = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // A terminal whose program is gone gives an error, or nothing.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut seen = into.lock().unwrap();
                seen.picture.process(&buffer[..count]);
                seen.bytes.extend_from_slice(&buffer[..count]);
            }
            into.lock().unwrap().over = true;
        });
        Self {
            master: pair.master,
            keys,
            child,
            seen,
        }
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    /// Pastes as terminals do it that tell pasting from typing.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.press(&format!("\u{1b}[200~{text}\u{1b}[201~"))
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.seen.lock().unwrap().picture.screen_mut().set_size(rows, columns);
        self.master.resize(size(columns, rows)).unwrap();
        self
    }

    /// The picture now, as lines.
    pub fn picture(&self) -> String {
        self.seen.lock().unwrap().picture.screen().contents()
    }

    /// Waits until the picture has this text.
    pub fn shows(&mut self, text: &str) -> &mut Self {
        self.waits(text, |screen| screen.picture().contains(text))
    }

    /// Waits until something is so, and fails with the picture if it never is.
    pub fn waits(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> &mut Self {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", self.picture());
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Waits for the program's end.
    pub fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end\n{}", self.picture());
            std::thread::sleep(Duration::from_millis(5));
        };
        self.waits("the end of its output", |screen| screen.seen.lock().unwrap().over);
        status
    }

    /// Whether the terminal was given back: the normal screen, no pasting marks, a cursor.
    pub fn is_given_back(&self) -> bool {
        let seen = self.seen.lock().unwrap();
        let screen = seen.picture.screen();
        !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
    }

    /// Whether the program has the whole screen.
    pub fn is_taken(&self) -> bool {
        self.seen.lock().unwrap().picture.screen().alternate_screen()
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.process_id().unwrap()).unwrap()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It has ended, where the test went well.
        let _ = self.child.kill();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}
