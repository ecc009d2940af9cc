"""The web server of the reference host."""

from deploys.nginx.settings import (
    Acme,
    Cache,
    ConnectionLimit,
    ConnectionZone,
    ContentPolicy,
    Cors,
    ErrorPage,
    FixedResponse,
    Maintenance,
    NginxSettings,
    Proxy,
    RateLimit,
    RateZone,
    Redirect,
    RouteCache,
    Server,
    Site,
    Static,
    Upstream,
)

_OFFICE = "198.51.100.0/24"  # where the team works
_YEAR_SECONDS = 31_536_000

_upstreams = [
    Upstream(
        name="frontend",
        servers=[
            Server(
                address="127.0.0.1",  # an application on this host
                port=3000,
                socket=None,  # or in place of the port a Unix socket, such as "/run/app/http.sock"
                weight=1,  # its share of the requests, relative to other instances
                max_fails=3,  # refused connections or time-outs after which it is left out
                fail_timeout_seconds=10,  # counted within so long, and left out for so long
                backup=False,  # True: only when every other instance is left out
                down=False,  # True: gets no requests, as before its removal
            ),
        ],
        app=None,  # or in place of servers an application of apps, such as "backend/api"
        balance="round_robin",  # or least_conn, or ip_hash, which keeps a client on one instance
        tls=None,  # UpstreamTls(name="app.internal", ca_bundle="inventories/ca.pem"): HTTPS to the instances
        keepalive=32,  # idle connections that each worker keeps open to the group
    ),
    Upstream(name="api", app="backend/api"),
    Upstream(name="live", app="backend/live"),
]

_content_policy = ContentPolicy(
    object_storage_origins=["https://storage.example.com"],  # images, media, uploads by scripts
    websocket_origins=[],  # of other hosts; the site's own are in the policy already
    analytics_origins=["https://analytics.example.com"],  # scripts, pixels, and what they send
    api_origins=[],  # other hosts that scripts call
    script_origins=[],  # other hosts' scripts
    style_origins=[],  # other hosts' style sheets
    font_origins=[],  # other hosts' fonts
    frame_origins=[],  # pages that may be shown in frames of the site
    embedding_origins=[],  # pages that may show the site in a frame
    form_origins=[],  # where forms may be sent besides the site itself
    script_hashes=[],  # inline scripts, by the hash of their text
    inline_styles=True,  # style attributes, which many component libraries need
    data_images=True,  # previews that scripts draw
    report_only=False,  # True: browsers report and block nothing
    report_url=None,  # where browsers send their reports
)

_studio = Site(
    name="studio",
    domains=["studio.example.com"],  # the certificate is for all of them
    redirected_domains=["www.studio.example.com"],  # lead to the first of domains
    # Other sources: SelfSigned(lifetime_days=365), which is the default, and
    # FromFiles(certificate="inventories/studio.pem", key=Secrets("prod")["nginx_tls_key"]).
    # One that certbot has already: Lineage(name="studio.example.com", webroot="/var/www/html").
    certificate=Acme(
        email="operator@example.com",  # where the authority reaches you
        directory_url="https://acme-v02.api.letsencrypt.org/directory",  # Let's Encrypt
        # or DnsUpdate(server="192.0.2.53", port=53, key_name="acme", key=Secrets("prod")["dns_key"])
        # and DnsUpdate(algorithm="HMAC-SHA256", propagation_seconds=60), in one, prove the domains by DNS.
        dns=None,  # by HTTP, through port 80
        ca_bundle=None,  # the authorities that a private directory is trusted by
    ),
    # or BasicAuth(realm="Preview", users=[guest]),
    # where each user is BasicUser(name="guest", password=Secrets("prod")["guest"]).
    basic_auth=None,  # nginx asks for no password
    routes=[
        Proxy(upstream="frontend"),  # everything that no other route takes
        Proxy(
            path="/api/",
            match="prefix",  # or exact: this path alone
            upstream="api",
            websocket=False,  # True: clients may switch to a websocket
            connect_timeout_seconds=5,  # then the next instance is tried
            read_timeout_seconds=60,  # the longest silence within a response
            send_timeout_seconds=60,  # the longest that an instance may stop taking a request
            buffering=True,  # False for event streams
            client_max_body_mib=None,  # None: the site's
            cache=None,  # None: its responses are never cached
            rate_limits=[
                RateLimit(
                    zone="api",
                    burst=40,  # requests beyond the rate
                    nodelay=True,  # served at once; False spaces them out
                    delay=None,  # with nodelay=False: so many are served before spacing begins
                ),
            ],
            connection_limits=[ConnectionLimit(zone="clients", connections=100)],  # in flight at once
            basic_auth=None,  # None: as the site; "off": no password
            cors=Cors(
                origins=["https://app.example.com"],  # whose scripts may read the responses
                methods=["GET", "PUT", "POST", "DELETE"],
                headers=["Authorization", "Content-Type"],  # that they may send
                exposed_headers=["X-Total-Count"],  # that they may read
                credentials=True,  # cookies go along
                max_age_seconds=3600,  # how long browsers cache the response to a preflight
            ),
        ),
        Proxy(
            path="/api/login", match="exact", upstream="api", rate_limits=[RateLimit(zone="login", burst=5)]
        ),
        Proxy(path="/api/upload/", upstream="api", client_max_body_mib=20_480, read_timeout_seconds=600),
        Proxy(path="/api/health", match="exact", upstream="api"),
        Proxy(path="/api/metrics", match="exact", upstream="api", allowed_networks=["127.0.0.1/32"]),
        Proxy(
            path="/api/catalogue/",
            upstream="api",
            cache=RouteCache(
                zone="pages",
                valid_seconds=60,  # for responses that have no such header themselves
                requests_with_cookies=False,  # True only where cookies never change a response
            ),
        ),
        Proxy(path="/live/", upstream="live", websocket=True, read_timeout_seconds=3600),
        Proxy(
            path="/admin/",
            upstream="api",
            allowed_networks=[_OFFICE],  # empty: all
            denied_networks=["198.51.100.66/32"],  # the most specific network decides
        ),
        Proxy(path="/suggestions/", upstream="api", essential=False),  # the mode "shed" lets it go
        Static(
            path="/assets/",
            root="/srv/studio",  # /assets/x is /srv/studio/assets/x
            max_age_seconds=_YEAR_SECONDS,  # 0: browsers revalidate each time
            hashed_names=True,  # a bundler's names
            immutable=True,  # browsers never revalidate
            fallback=None,  # served where no file is, such as /index.html
        ),
        Redirect(
            path="/blog/",
            to="https://blog.example.com",
            keep_path=False,  # True: append the request's path and query
            status=302,  # 301 and 308 are remembered for good
        ),
        FixedResponse(path="/robots.txt", match="exact", status=200, body="User-agent: *"),  # a fixed text
    ],
    health_paths=["/api/health"],  # never cached, however they are routed
    client_max_body_mib=10,  # a larger request body gets status 413
    rate_limits=[RateLimit(zone="everybody", burst=100)],  # of every route
    connection_limits=[ConnectionLimit(zone="clients", connections=200)],  # of every route
    allowed_networks=[],  # empty: all
    denied_networks=["203.0.113.0/24"],  # they get 403
    hsts_max_age_seconds=2 * _YEAR_SECONDS,  # how long browsers insist on HTTPS
    hsts_include_subdomains=False,  # True only when every subdomain has HTTPS
    hsts_preload=False,  # True: browsers' built-in lists, which take months to leave
    content_policy=_content_policy,  # None: the application sends its own
    allowed_features=["fullscreen"],  # browser features; every other is denied
    mode="normal",  # or read_only, shed, maintenance
    maintenance=Maintenance(
        retry_after_seconds=600,  # when clients should come again
        allowed_networks=[_OFFICE],  # served as usual in every mode
        page=None,  # HTML, or a file of the repository; None: a plain page
    ),
    error_pages=[
        ErrorPage(
            statuses=[502, 504],  # errors of nginx's own; the application's pass
            page="<!doctype html><title>Away</title><p>Back in a moment.</p>",  # or a file
        ),
    ],
)

nginx = NginxSettings(
    sites=[_studio],  # requests for any other name are closed
    upstreams=_upstreams,  # instances of applications
    rate_zones=[
        RateZone(
            name="everybody",
            requests_per_second=50,  # of one address, sustained
            size_mib=10,  # memory; one holds about 16,000 IPv4 addresses
        ),
        RateZone(name="api", requests_per_second=20),
        RateZone(name="login", requests_per_minute=10),  # for slow things
    ],
    connection_zones=[ConnectionZone(name="clients", size_mib=10)],  # requests in flight of one address
    caches=[
        Cache(
            name="pages",
            max_size_mib=1024,  # on disk
            keys_zone_mib=10,  # in memory, for the keys
            inactive_minutes=60,  # what was not requested for so long is removed
        ),
    ],
    trusted_proxies=[],  # networks of a CDN, believed about the client's address
    listen_addresses=["0.0.0.0", "::"],  # noqa: S104  the public is served on all of the host's addresses
    http_port=80,  # redirects to HTTPS, and proves the domains to the authority
    https_port=443,
    status_port=8090,  # on loopback: connection counts for monitoring
    tls_profile="intermediate",  # Mozilla's; modern: TLS 1.3 only
    http3=False,  # needs Debian 13's nginx
    worker_connections=16_384,  # of one worker, to clients and upstreams together
    worker_shutdown_timeout_seconds=60,  # how long old workers finish requests after a reload
    keepalive_timeout_seconds=65,  # how long an idle connection stays open
    client_header_timeout_seconds=15,  # for the head of a request
    client_body_timeout_seconds=30,  # the longest silence within a body
    send_timeout_seconds=30,  # the longest pause of a client within a response
    exporter_port=9113,  # measurements for Prometheus, on loopback; None: no exporter
    log_max_mib=256,  # a larger log is rotated within five minutes
    gzip=True,  # compress text
    brotli=False,  # Ubuntu 22.04 packages no module; True elsewhere
)
