/** The look of the review: the studio's, without anything to press. */
export const REVIEW_STYLE = `
:root{color-scheme:light dark;--desk:#eceae3;--paper:#fdfcf8;--ink:#1f1e1a;--muted:#65615a;--rule:#ddd9ce;--edge:#cbc6b9;--error:#a8281f;--warning:#d69a1c;--del:#f6dcd7;--ins:#d9ecdf}
@media (prefers-color-scheme:dark){:root{--desk:#141311;--paper:#211f1c;--ink:#ebe7de;--muted:#a59f93;--rule:#35322d;--edge:#48443d;--error:#f0877d;--warning:#c58f24;--del:#552a26;--ins:#23452f}}
*{box-sizing:border-box}
body{margin:0;background:var(--desk);color:var(--ink);font:15px/22px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
header{padding:20px 28px 14px;border-bottom:1px solid var(--rule);background:var(--paper)}
h1{margin:0;font:bold 24px/30px Georgia,"Times New Roman",serif}
h2{margin:0 0 12px;font:bold 18px/26px Georgia,"Times New Roman",serif}
h3{margin:0;font-size:15px}
p{margin:4px 0}
a{color:inherit;margin-right:14px}
.inbox{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.inbox b{margin-right:14px}
.inbox span,.more,.none,.place,figcaption span{color:var(--muted)}
nav{margin-top:8px}
main>section{padding:24px 28px;max-width:1000px}
#email{max-width:none}
.panes{display:flex;gap:20px;overflow-x:auto;padding-bottom:10px}
figure{flex:none;margin:0;border:1px solid var(--edge);border-radius:9px;background:var(--paper);overflow:hidden}
figcaption{padding:7px 14px;border-bottom:1px solid var(--rule);font-weight:600}
figcaption span{font-weight:400;margin-left:8px}
iframe{display:block;height:82vh;border:0;background:#fff}
.text pre{width:600px;height:82vh;margin:0;padding:16px 20px;overflow:auto;white-space:pre-wrap}
pre{font:12px/18px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
article{margin:0 0 12px;padding:12px 16px;border:1px solid var(--rule);border-left:4px solid var(--warning);border-radius:8px;background:var(--paper)}
article.error{border-left-color:var(--error)}
article pre{margin:8px 0;padding:8px 10px;border-radius:5px;background:var(--desk);overflow-x:auto}
b.error{color:var(--error)}
ul{margin:0;padding:0;list-style:none}
li{padding:10px 0;border-top:1px solid var(--rule)}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin-top:6px;font-family:Georgia,"Times New Roman",serif}
del,ins{padding:2px 6px;border-radius:3px;text-decoration:none;white-space:pre-wrap;overflow-wrap:anywhere}
del{background:var(--del)}
ins{background:var(--ins)}
table{width:100%;border-collapse:collapse}
th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--rule);text-align:left}
th{color:var(--muted);font-weight:400}
.number,th:nth-child(n+3){text-align:right;font-variant-numeric:tabular-nums}
`
