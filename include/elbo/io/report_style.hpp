// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace elbo::io {

// The looks of report.html: the reader's own fonts, light or dark as the reader's system is, one column when printed.
inline constexpr std::string_view report_style = R"css(
:root { color-scheme: light dark; --paper: #f5f6f8; --card: #ffffff; --ink: #1b1f24; --soft: #687280; --rule: #e4e7eb;
  --code: #f3f4f7; --accent: #3b7ddd; --sans: Inter, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f1115; --card: #171a1f; --ink: #e8eaee; --soft: #9aa3af; --rule: #2a2f37; --code: #1e2229;
    --accent: #6ea3ef }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 var(--sans) }
main { max-width: 1120px; margin: 0 auto; padding: 44px 24px 56px }
header { border-left: 4px solid var(--accent); padding-left: 18px; margin-bottom: 26px }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 }
header p { margin: 6px 0 0; color: var(--soft); font-size: 16px }
h2 { font-size: 13px; font-weight: 600; letter-spacing: 0.07em; text-transform: uppercase; color: var(--soft);
  margin: 40px 0 12px }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 12px }
pre { margin: 0; padding: 16px 20px; overflow-x: auto; font: 12.5px/1.6 var(--mono) }
.command { background: var(--code) }
.command pre { white-space: pre-wrap; overflow-wrap: anywhere }
.command pre::before { content: "$ "; color: var(--accent); font-weight: 600 }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(158px, 1fr)); gap: 14px }
.numbers .card { padding: 14px 16px }
.numbers dt { color: var(--soft); font-size: 13px }
.numbers dd { margin: 2px 0 0; font-size: 25px; line-height: 1.25; font-weight: 600; letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.numbers .note { color: var(--soft); font-size: 12.5px; font-weight: 400; line-height: 1.45; letter-spacing: 0 }
dl { margin: 0 }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 18px }
table { border-collapse: collapse; width: 100%; font-size: 14px }
td { padding: 7px 20px; border-top: 1px solid var(--rule); vertical-align: top }
tr:first-child td { border-top: 0 }
table.card { border-spacing: 0; border-collapse: separate; overflow: hidden }
td:first-child { color: var(--soft); white-space: nowrap; width: 1% }
td + td { font-family: var(--mono); font-size: 13px; overflow-wrap: anywhere }
td small { color: var(--soft); font-family: var(--sans) }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 18px;
  align-items: start }
.pictures { columns: 2 440px; column-gap: 18px }
.pictures figure { break-inside: avoid; margin-bottom: 18px }
.pictures .wide { column-span: all; width: fit-content }
figure { margin: 0; padding: 14px; max-width: 100% }
figure img { display: block; max-width: 100%; height: auto; border-radius: 6px }
.whole { image-rendering: pixelated }
figure svg { display: block; max-width: 100%; height: auto }
.curves svg { width: 100% }
figcaption { margin-top: 10px; font-size: 14px; line-height: 1.45; width: 0; min-width: 100% }
figcaption small { display: block; color: var(--soft); font-size: 12.5px }
footer { margin-top: 44px; padding-top: 14px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px }
@media print { body { background: none } main { padding: 0 } .card { break-inside: avoid } h2 { break-after: avoid } }
)css";

}  // namespace elbo::io
