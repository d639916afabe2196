//! A line of a log into its fields, by comma (with quotes) or by blank; and the names of its columns.

use crate::times;
use jiff::Timestamp;
use std::borrow::Cow;
use tuermer_core::limits;

/// The fields of one line. A quote that is never closed reaches to the end of the line and is told by [`Fields::open_quote`].
#[derive(Debug)]
pub struct Fields<'l> {
    rest: Option<&'l [u8]>,
    separator: u8,
    open_quote: bool,
}

impl<'l> Fields<'l> {
    /// The fields of `line`, without its line end.
    pub fn new(line: &'l [u8], separator: u8) -> Self {
        Self {
            rest: Some(line),
            separator,
            open_quote: false,
        }
    }

    /// Whether a quote was opened and never closed.
    pub fn open_quote(&self) -> bool {
        self.open_quote
    }

    /// A field in quotes; `rest` begins after the first of them.
    fn quoted(&mut self, rest: &'l [u8]) -> &'l [u8] {
        let mut from = 0;
        loop {
            let Some(quote) = rest
                .get(from..)
                .and_then(|part| memchr::memchr(b'"', part))
                .map(|at| from + at)
            else {
                self.open_quote = true;
                self.rest = None;
                return rest;
            };
            match rest.get(quote + 1) {
                Some(b'"') => from = quote + 2,
                _ => {
                    // Text between the closing quote and the comma belongs to no field.
                    let after = rest.get(quote + 1..).unwrap_or_default();
                    self.rest = memchr::memchr(self.separator, after)
                        .and_then(|comma| after.get(comma + 1..));
                    return rest.get(..quote).unwrap_or_default();
                }
            }
        }
    }
}

impl<'l> Iterator for Fields<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        let rest = self.rest?;
        if self.separator == b',' && rest.first() == Some(&b'"') {
            return Some(self.quoted(rest.get(1..).unwrap_or_default()));
        }
        match memchr::memchr(self.separator, rest) {
            Some(at) => {
                self.rest = rest.get(at + 1..);
                rest.get(..at)
            }
            None => self.rest.take(),
        }
    }
}

/// A field as text, doubled quotes undone.
pub fn text(field: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(field);
    match text.contains("\"\"") {
        true => Cow::Owned(text.replace("\"\"", "\"")),
        false => text,
    }
}

/// Which column is which; taken by name, because number and order change with versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// Between two fields.
    pub separator: u8,
    time: Option<usize>,
    /// IIS writes date and time apart.
    clock: Option<usize>,
    anchor: Option<usize>,
    stem: Option<usize>,
    query: Option<usize>,
    status: Option<usize>,
    address: Option<usize>,
    method: Option<usize>,
    agent: Option<usize>,
    host: Option<usize>,
    user: Option<usize>,
    hint: Option<usize>,
    request: Option<usize>,
    build: Option<usize>,
    last: usize,
}

/// The columns of HttpProxy in 15.1.2375, for a piece of a log whose beginning is missing.
pub const HTTP_PROXY: &str = "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,Protocol,UrlHost,UrlStem,ProtocolAction,AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,AnchorMailbox,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,ErrorCode,Method,ProxyAction,TargetServer,TargetServerVersion,RoutingType,RoutingHint,BackEndCookie,ServerLocatorHost,ServerLocatorLatency,RequestBytes,ResponseBytes,TargetOutstandingRequests,AuthModulePerfContext,HttpPipelineLatency,CalculateTargetBackEndLatency,GlsLatencyBreakup,TotalGlsLatency,AccountForestLatencyBreakup,TotalAccountForestLatency,ResourceForestLatencyBreakup,TotalResourceForestLatency,ADLatency,SharedCacheLatencyBreakup,TotalSharedCacheLatency,ActivityContextLifeTime,ModuleToHandlerSwitchingLatency,ClientReqStreamLatency,BackendReqInitLatency,BackendReqStreamLatency,BackendProcessingLatency,BackendRespInitLatency,BackendRespStreamLatency,ClientRespStreamLatency,KerberosAuthHeaderLatency,HandlerCompletionLatency,RequestHandlerLatency,HandlerToModuleSwitchingLatency,ProxyTime,CoreLatency,RoutingLatency,HttpProxyOverhead,TotalRequestTime,RouteRefresherLatency,UrlQuery,BackEndGenericInfo,GenericInfo,GenericErrors,EdgeTraceId,DatabaseGuid,UserADObjectGuid,PartitionEndpointLookupLatency,RoutingStatus";

impl Columns {
    /// The columns a head line names: `#Fields: …`, or the bare names of an Exchange log or of the output of Microsoft's script.
    pub fn read(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        let (names, marked) = match line
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"#fields:"))
        {
            true => (line.get(8..).unwrap_or_default().trim_ascii(), true),
            false => (line, false),
        };
        let bare = names.strip_prefix(b"\"").unwrap_or(names);
        let iis = marked && memchr::memchr(b',', names).is_none();
        let exchange = [
            &b"datetime,"[..],
            b"datetime\",",
            b"timestamp,",
            b"date-time,",
        ]
        .iter()
        .any(|start| {
            bare.get(..start.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(start))
        });
        if !iis && !exchange && !marked {
            return None;
        }
        let mut columns = Self {
            separator: if iis { b' ' } else { b',' },
            ..Self::default()
        };
        for (at, name) in Fields::new(names, columns.separator)
            .take(limits::CHECK_COLUMNS)
            .enumerate()
        {
            columns.name(
                &String::from_utf8_lossy(name).trim().to_ascii_lowercase(),
                at,
            );
        }
        columns.time.map(|_| columns)
    }

    fn name(&mut self, name: &str, at: usize) {
        let slot = match name {
            "datetime" | "timestamp" | "date-time" | "date" => &mut self.time,
            "time" => &mut self.clock,
            "anchormailbox" => &mut self.anchor,
            "urlstem" | "cs-uri-stem" => &mut self.stem,
            "urlquery" | "cs-uri-query" => &mut self.query,
            "httpstatus" | "sc-status" => &mut self.status,
            "clientipaddress" | "c-ip" => &mut self.address,
            "method" | "cs-method" => &mut self.method,
            "useragent" | "cs(user-agent)" => &mut self.agent,
            "urlhost" | "cs-host" => &mut self.host,
            "authenticateduser" | "cs-username" => &mut self.user,
            "routinghint" => &mut self.hint,
            "requestid" => &mut self.request,
            "majorversion" => &mut self.build,
            _ => return,
        };
        if slot.is_none() {
            *slot = Some(at);
            self.last = self.last.max(at);
        }
    }

    /// Whether the log tells of requests.
    pub fn has_requests(&self) -> bool {
        self.stem.is_some() || self.anchor.is_some()
    }

    /// The time of a line.
    pub fn time(&self, line: &[u8]) -> Option<Timestamp> {
        let line = line.get(..limits::CHECK_TIME_BYTES).unwrap_or(line);
        let at = |index: usize| Fields::new(line, self.separator).nth(index);
        let date = at(self.time?)?;
        match self.clock {
            Some(clock) => times::date_and_clock(date, at(clock)?),
            None => times::read(date),
        }
    }

    /// The address of the other side, as it stands in the line.
    pub fn address<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        Fields::new(line, self.separator).nth(self.address?)
    }

    /// The build of the server as the log tells it: four columns in a row.
    pub fn build(&self, line: &[u8]) -> Option<String> {
        let parts: Vec<u32> = Fields::new(line, self.separator)
            .skip(self.build?)
            .take(4)
            .map_while(|part| std::str::from_utf8(part).ok()?.parse().ok())
            .collect();
        match parts.as_slice() {
            [major @ 8..=20, minor, build, revision] => {
                Some(format!("{major}.{minor}.{build}.{revision}"))
            }
            _ => None,
        }
    }

    /// The request a line tells of; nothing if it has too few fields.
    pub fn request<'l>(&self, line: &'l [u8]) -> Option<Request<'l>> {
        let mut request = Request::default();
        let mut fields = Fields::new(line, self.separator);
        let mut seen = 0;
        for (at, field) in fields.by_ref().take(self.last + 1).enumerate() {
            let is = |column: Option<usize>| column == Some(at);
            let slot = match () {
                () if is(self.anchor) => &mut request.anchor,
                () if is(self.stem) => &mut request.stem,
                () if is(self.query) => &mut request.query,
                () if is(self.status) => &mut request.status,
                () if is(self.address) => &mut request.address,
                () if is(self.method) => &mut request.method,
                () if is(self.agent) => &mut request.agent,
                () if is(self.host) => &mut request.host,
                () if is(self.user) => &mut request.user,
                () if is(self.hint) => &mut request.hint,
                () if is(self.request) => &mut request.id,
                () => {
                    seen = at + 1;
                    continue;
                }
            };
            *slot = field;
            seen = at + 1;
        }
        request.at = self.time(line);
        // Columns behind the ones a rule needs may be missing in a cut line; the status and the address may not.
        let needed = [self.stem, self.anchor, self.status, self.address]
            .into_iter()
            .flatten()
            .max()?;
        (seen > needed).then_some(request)
    }
}

/// One request, its fields as they stand in the log.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Request<'l> {
    pub at: Option<Timestamp>,
    pub id: &'l [u8],
    pub anchor: &'l [u8],
    pub stem: &'l [u8],
    pub query: &'l [u8],
    pub status: &'l [u8],
    pub address: &'l [u8],
    pub method: &'l [u8],
    pub agent: &'l [u8],
    pub host: &'l [u8],
    pub user: &'l [u8],
    pub hint: &'l [u8],
}

impl Request<'_> {
    /// The HTTP status as a number.
    pub fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.status).ok()?.trim().parse().ok()
    }

    /// Somebody had signed in.
    pub fn has_user(&self) -> bool {
        !self.user.is_empty() && self.user != b"-"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_quotes() {
        for (line, expected, open) in [
            ("a,b,,c", vec!["a", "b", "", "c"], false),
            ("\"a,b\",c", vec!["a,b", "c"], false),
            ("\"a\"\"b\",\"\"", vec!["a\"b", ""], false),
            ("\"never,closed", vec!["never,closed"], true),
            ("\"a\"x,b", vec!["a", "b"], false),
            ("", vec![""], false),
            ("a,", vec!["a", ""], false),
        ] {
            let mut fields = Fields::new(line.as_bytes(), b',');
            let read: Vec<String> = fields
                .by_ref()
                .map(|field| text(field).into_owned())
                .collect();
            assert_eq!(
                (
                    read.iter().map(String::as_str).collect::<Vec<_>>(),
                    fields.open_quote()
                ),
                (expected, open),
                "{line}"
            );
        }
    }

    #[test]
    fn columns_come_from_either_head() {
        let bare = Columns::read(HTTP_PROXY.as_bytes()).unwrap();
        assert_eq!(
            Columns::read(format!("#Fields: {HTTP_PROXY}\r").as_bytes()),
            Some(bare.clone())
        );
        assert_eq!(
            (bare.anchor, bare.status, bare.query),
            (Some(15), Some(19), Some(65))
        );
        let iis = Columns::read(
            b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip sc-status",
        )
        .unwrap();
        let request = iis
            .request(b"2021-03-03 04:23:22 10.0.0.1 POST /owa/auth/x.aspx - 192.0.2.7 200")
            .unwrap();
        assert_eq!(
            (
                request.status(),
                request.stem,
                request.at.unwrap().to_string().as_str()
            ),
            (Some(200), &b"/owa/auth/x.aspx"[..], "2021-03-03T04:23:22Z")
        );
        assert!(
            iis.request(b"2021-03-03 04:23:22 10.0.0.1 POST").is_none(),
            "a line that is cut off has no status"
        );
        let script = Columns::read(
            b"\"DateTime\",\"RequestId\",\"ClientIPAddress\",\"UrlHost\",\"UrlStem\",\"RoutingHint\",\"UserAgent\",\"AnchorMailbox\",\"HttpStatus\"",
        )
        .unwrap();
        assert_eq!((script.anchor, script.status), (Some(7), Some(8)));
        assert!(Columns::read(b"2021-03-03T04:23:22.1Z,abc").is_none());
    }
}
