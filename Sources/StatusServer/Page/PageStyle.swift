/// How the page looks: in the light and in the dark, on a phone and on a desk.
enum PageStyle {
    static let css = HTML(
        markup: #"""

            :root {
              color-scheme: light dark;
              --ground: #f8f8f6; --surface: #ffffff; --ink: #1b1e22; --quiet: #596069; --line: #e3e3df; --link: #1d5fbf;
              --good: #137243; --idle: #596069; --warning: #8a5300; --bad: #b8231b;
              --good-shape: #1a9457; --warning-shape: #b97200; --bad-shape: #d5382e;
              --tint: 10%;
              --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
            }
            @media (prefers-color-scheme: dark) {
              :root {
                --ground: #101214; --surface: #171a1d; --ink: #e8eaed; --quiet: #9da5af; --line: #2a2e33; --link: #8ab8ff;
                --good: #5fd098; --idle: #9da5af; --warning: #eab655; --bad: #ff8d83;
                --good-shape: #3fc584; --warning-shape: #eaae3c; --bad-shape: #f8685c;
                --tint: 13%;
              }
            }
            * { box-sizing: border-box; }
            [hidden] { display: none !important; }
            html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 3rem; }
            body {
              margin: 0; background: var(--ground); color: var(--ink);
              font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
              font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
            }
            h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
            ul, ol { list-style: none; }
            code, .differences dd, .differences dt { font-family: var(--mono); font-size: .875em; }
            .since time, #vitals dd:not(.key) time { white-space: nowrap; }
            code, bdi { unicode-bidi: isolate; }
            a { color: var(--link); text-underline-offset: .2em; text-decoration-thickness: .06em; }
            :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
            .definitions { position: absolute; }
            .symbol { width: 1em; height: 1em; flex: none; fill: currentColor; color: var(--shape, currentColor); }
            .cut, .line {
              fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round;
            }
            .cut { stroke: var(--behind, var(--surface)); stroke-width: 2; }
            .good { --tone: var(--good); --shape: var(--good-shape); }
            .idle { --tone: var(--idle); --shape: var(--idle); }
            .warning { --tone: var(--warning); --shape: var(--warning-shape); }
            .bad { --tone: var(--bad); --shape: var(--bad-shape); }
            .tone { color: var(--tone); font-weight: 600; }
            .quiet { color: var(--quiet); }

            #verdict, main { padding-inline: max(1.25rem, calc((100% - 60rem) / 2)); }
            #offline {
              position: sticky; top: 0; z-index: 1; padding: .5rem 1.25rem; text-align: center; font-size: .9375rem;
              background: var(--ink); color: var(--ground);
            }
            .stale #verdict, .stale main { filter: grayscale(1); }

            #verdict {
              --behind: color-mix(in srgb, var(--shape) var(--tint), var(--ground));
              padding-block: 1.5rem 2.25rem;
              background: linear-gradient(var(--behind), var(--behind) 35%, var(--ground));
            }
            .whose { color: var(--quiet); font-size: .9375rem; }
            .whose strong { color: var(--ink); }
            .whose a { color: inherit; }
            h1 {
              display: flex; align-items: center; gap: .35em; margin-block: 1.75rem .5rem;
              font-size: clamp(2rem, 1.4rem + 3vw, 3rem); font-weight: 700; line-height: 1.1; letter-spacing: -.02em;
            }
            h1 .symbol { width: .8em; height: .8em; }
            .message { max-width: 42rem; font-size: 1.1875rem; text-wrap: pretty; }
            .since { color: var(--quiet); margin-top: .25rem; }

            main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2.5rem; padding-block: 0 4rem; }
            h2 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -.01em; }
            h3 { font-size: .9375rem; }
            h4, dt { font-size: .875rem; font-weight: 600; color: var(--quiet); }

            #notices { display: grid; gap: .75rem; }
            .notice {
              --behind: color-mix(in srgb, var(--shape) var(--tint), var(--surface));
              padding: .875rem 1.125rem; border-radius: 8px; background: var(--behind);
              border: 1px solid color-mix(in srgb, var(--shape) 35%, var(--surface));
              border-inline-start: 4px solid var(--shape);
            }
            .notice h2 { font-size: 1rem; color: var(--tone); }
            .notice summary { display: flex; align-items: center; gap: .5rem; cursor: pointer; font-weight: 600; }
            .problems { display: grid; gap: .625rem; margin-top: .625rem; }
            .problems code { display: block; color: var(--quiet); }
            .problems .hint { display: block; color: var(--quiet); }

            #vitals {
              display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1px; overflow: hidden;
              border: 1px solid var(--line); border-radius: 8px; background: var(--line);
            }
            #vitals > div { padding: 1rem 1.125rem; background: var(--surface); }
            #vitals .key { font-size: 1.375rem; font-weight: 600; line-height: 1.4; letter-spacing: -.01em; }
            #vitals dd { font-size: .9375rem; }

            .heading { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1.5rem; }
            .totals { flex-basis: 100%; display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .9375rem; color: var(--quiet); }
            .totals li { --behind: var(--ground); display: flex; align-items: center; gap: .375rem; }
            .totals .symbol { width: .875em; height: .875em; }
            #filter { display: flex; align-items: center; gap: .5rem; font-size: .9375rem; white-space: nowrap; }
            #filter label { color: var(--quiet); }
            #filter input {
              width: 13rem; max-width: 100%; padding: .375rem .75rem; border: 1px solid var(--quiet); border-radius: 6px;
              background: var(--surface); color: inherit; font: inherit; font-size: 1rem;
            }
            #filter input::placeholder { color: var(--quiet); opacity: 1; }
            .group { margin-top: 1.25rem; }
            .group h3 { margin-bottom: .5rem; }
            .number { color: var(--quiet); font-weight: 400; }
            .rows { border: 1px solid var(--line); border-radius: 8px; background: var(--surface); overflow: hidden; }
            .empty { margin-top: 1rem; color: var(--quiet); }

            .service { border-top: 1px solid var(--line); }
            .many .service { content-visibility: auto; contain-intrinsic-size: auto 2.75rem; }
            .service:first-child { border-top: 0; }
            .service summary {
              display: grid; grid-template-columns: 1rem minmax(7.5rem, 1fr) minmax(0, auto) .75rem; align-items: baseline;
              gap: .125rem .75rem; padding: .75rem 1.125rem; cursor: pointer; list-style: none;
            }
            summary::-webkit-details-marker { display: none; }
            .service summary:hover { background: color-mix(in srgb, var(--ink) 4%, transparent); }
            .service summary:focus-visible { outline-offset: -2px; }
            .service summary::after {
              content: ""; grid-area: 1 / -2; align-self: start; justify-self: end; margin-top: .4375rem; width: .4375rem; height: .4375rem;
              border: solid var(--quiet); border-width: 0 1.5px 1.5px 0; transform: translateY(-25%) rotate(45deg);
            }
            .service[open] summary::after { transform: translateY(25%) rotate(225deg); }
            .service .symbol { align-self: start; margin-top: .25rem; }
            .name, .reason, .when { color: var(--quiet); }
            .names { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .5rem; min-width: 0; }
            .why {
              grid-area: 2 / 2 / 3 / -1; min-width: 0; font-size: .9375rem;
              display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
            }
            .when { font-size: .875rem; text-align: end; }
            #in-sync summary { padding-block: .4375rem; }
            #in-sync .why .tone { font-weight: 400; }
            .service:target summary { background: color-mix(in srgb, var(--link) 12%, transparent); }
            .body { display: grid; gap: 1.25rem; padding: .625rem 1.125rem 1.25rem 2.875rem; font-size: .9375rem; }
            .part { display: grid; gap: .25rem; }
            .part ul { display: grid; gap: .25rem; }
            .conditions li { display: flex; flex-wrap: wrap; gap: 0 .625rem; align-items: baseline; }

            .differences { display: grid; gap: .625rem; }
            .differences dt { color: inherit; font-weight: 400; }
            .differences .object { color: var(--quiet); }
            .differences dd { padding-inline-start: 1.5rem; text-indent: -1.125rem; unicode-bidi: isolate; }
            .removed { color: var(--bad); }
            .added { color: var(--good); }
            .removed::before, .added::before, .kept::before { content: ""; display: inline-block; width: 1.125rem; text-indent: 0; }
            .removed::before { content: "−"; content: "−" / "before: "; }
            .added::before { content: "+"; content: "+" / "after: "; }
            .kept, .secret { color: var(--quiet); }
            .legend { font-size: .875rem; word-spacing: .05em; }
            .legend .good { margin-inline-start: .5rem; }

            .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 2rem 2.5rem; margin-top: 1rem; }
            .facts h3 { padding-bottom: .375rem; border-bottom: 1px solid var(--line); }
            .facts dl { display: grid; grid-template-columns: minmax(6.5rem, max-content) minmax(0, 1fr); gap: .375rem 1rem; margin-top: .625rem; font-size: .9375rem; }
            .facts dt { font-weight: 400; font-size: inherit; }

            @media (min-width: 48rem) {
              .service summary { grid-template-columns: 1rem minmax(0, 18rem) minmax(0, 1fr) auto .75rem; }
              .why { grid-area: auto; }
            }
            @media (max-width: 30rem) {
              #verdict, main { padding-inline: 1rem; }
              #vitals > div { display: grid; grid-template-columns: 6.75rem minmax(0, 1fr); padding-block: .625rem; }
              #vitals dt { grid-row: 1 / span 9; line-height: 1.6rem; }
              #vitals dd { grid-column: 2; }
              #vitals .key { font-size: 1.0625rem; }
              main { gap: 1.75rem; }
              #in-sync .why { display: none; }
              .body { padding-inline-start: 1.125rem; }
              .facts dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
              .facts dd { margin-bottom: .5rem; }
              #filter, #filter input { width: 100%; }
            }
            @media (forced-colors: active) {
              .symbol { forced-color-adjust: none; --shape: CanvasText; --behind: Canvas; --surface: Canvas; }
              .notice, #vitals, .rows { border-color: CanvasText; }
            }
            @media (prefers-reduced-motion: no-preference) {
              .service summary::after { transition: transform .15s; }
            }

            """#
    )
}
