//! A network that breaks: a proxy on loopback that passes on, hangs up, or swallows answers.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Everything passes.
    Fair,
    /// Nobody is reached.
    Down,
    /// Requests arrive, and their answers are lost with the connection.
    Swallowing,
    /// The first of so many connections are swallowed, the rest pass.
    Squalls(usize),
}

/// A proxy at an address that stays, whatever stands behind it.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    sky: Arc<Mutex<(Weather, String)>>,
    swallowed: Arc<Mutex<usize>>,
}

impl Proxy {
    pub(crate) async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            sky: Arc::new(Mutex::new((Weather::Fair, target.to_owned()))),
            swallowed: Arc::default(),
        };
        let it = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                tokio::spawn(it.clone().pass(near));
            }
        });
        proxy
    }

    /// Where it is found, as an address.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn weather(&self, weather: Weather) {
        self.sky.lock().unwrap().0 = weather;
    }

    /// The service moved.
    pub(crate) fn lead_to(&self, target: &str) {
        self.sky.lock().unwrap().1 = target.to_owned();
    }

    /// How many answers were swallowed.
    pub(crate) fn swallowed(&self) -> usize {
        *self.swallowed.lock().unwrap()
    }

    fn now(&self) -> (Weather, String) {
        let mut sky = self.sky.lock().unwrap();
        let now = sky.clone();
        match sky.0 {
            Weather::Squalls(0) => sky.0 = Weather::Fair,
            Weather::Squalls(left) => sky.0 = Weather::Squalls(left - 1),
            Weather::Fair | Weather::Down | Weather::Swallowing => {}
        }
        now
    }

    /// Passes pieces on in both directions, as long as the weather allows.
    async fn pass(self, mut near: TcpStream) {
        let (weather, target) = self.now();
        if weather == Weather::Down {
            return;
        }
        let swallows = matches!(weather, Weather::Swallowing | Weather::Squalls(1..));
        let Ok(mut far) = TcpStream::connect(target).await else { return };
        let (mut out, mut back) = (vec![0; 64 << 10], vec![0; 64 << 10]);
        loop {
            let (from_near, count) = tokio::select! {
                count = near.read(&mut out) => (true, count),
                count = far.read(&mut back) => (false, count),
            };
            let Ok(count @ 1..) = count else { return };
            let weather = self.sky.lock().unwrap().0;
            if weather == Weather::Down {
                return;
            }
            // A connection that was made in fair weather is no better than others.
            let swallows = swallows || weather == Weather::Swallowing;
            let passed = match from_near {
                true => far.write_all(&out[..count]).await,
                false if swallows => {
                    *self.swallowed.lock().unwrap() += 1;
                    return;
                }
                false => near.write_all(&back[..count]).await,
            };
            if passed.is_err() {
                return;
            }
        }
    }
}
