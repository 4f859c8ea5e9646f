// The filter of the services list; its state is the address's fragment.
const html = document.documentElement;
html.className = "js";
addEventListener("DOMContentLoaded", () => {
const all = css => [...document.querySelectorAll(css)];
const rows = all("tbody tr"), fields = all(".filter [name]");
const [filter, clear, status] = all(".filter, #filter-clear, #filter-count");
const [text, ...choices] = fields;
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
for (const { cells, dataset } of rows)
	dataset.words = plain([cells[0].textContent, dataset.department, dataset.agency].join(" "));
for (const choice of choices)
	for (const name of new Set(rows.map(row => row.dataset[choice.name]).sort()))
		if (name) choice.add(new Option(name));
function show(write) {
	const words = plain(text.value).split(" ");
	let shown = 0, given = 0, sum = 0;
	for (const row of rows) {
		const own = row.dataset;
		row.hidden = !words.every(word => own.words.includes(word)) ||
			choices.some(({ name, value }) => value && value != own[name]);
		if (row.hidden) continue;
		shown++;
		if (own.volume) given++, sum += +own.volume;
	}
	const say = (key, shown) => status.dataset[key].replace(/{(\w+)}/g, (_, name) =>
		({ shown, all: rows.length, total: sum })[name].toLocaleString(html.lang));
	status.textContent = say("count", shown) + "\n" + say("total", given);
	const set = fields.filter(({ value }) => value).map(({ name, value }) => [name, value]);
	const hash = "#" + new URLSearchParams(set);
	for (const link of all("thead a")) link.hash = hash;
	if (write) try { history.replaceState(0, "", hash); } catch { location.replace(hash); }
}
function read(hash) {
	const state = new URLSearchParams(hash.slice(1));
	if (!hash || hash.includes("="))
		for (const field of fields) field.value = state.get(field.name) || "";
	show();
}
filter.oninput = show;
clear.onclick = event => { read(""); show(event); };
onhashchange = () => read(location.hash);
onhashchange();
});
