// What is wrong with the slide that is shown: text too small, too pale, cut off or outside; whatever scrolls.
() => {
    const wall = document.querySelector('.tw-wall'), stage = document.querySelector('.tw-stage');
    const scale = stage.getBoundingClientRect().width / stage.offsetWidth;
    const numbers = text => text.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = node => {
        for (let one = node; one; one = one.parentElement) {
            const seen = numbers(getComputedStyle(one).backgroundColor);
            if (seen.length < 4 || seen[3] > 0.99) return seen;
        }
        return [255, 255, 255];
    };
    const wrong = [], walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
    let seen = 0;
    while (walker.nextNode()) {
        const node = walker.currentNode, parent = node.parentElement, said = node.textContent.trim();
        if (!said || !parent.checkVisibility({visibilityProperty: true}) || parent.closest('title, desc, style, option')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect(), style = getComputedStyle(parent);
        if (!box.width) continue;
        seen += 1;
        const size = box.height && parent.namespaceURI.endsWith('svg')
            ? parseFloat(style.fontSize) * parent.getScreenCTM().a : parseFloat(style.fontSize) * scale;
        const least = (parent.matches('.tw-big b') ? 96 : 24) * scale;
        if (size < least - 0.01) wrong.push(`${said.slice(0, 40)}: ${size} px, at least ${least}`);
        if (!parent.namespaceURI.endsWith('svg')) {
            const [one, other] = [light(numbers(style.color)), light(ground(parent))].sort((a, b) => b - a);
            const contrast = (one + 0.05) / (other + 0.05);
            if (contrast < 7) wrong.push(`${said.slice(0, 40)}: contrast ${contrast.toFixed(2)}`);
        }
        const edge = stage.getBoundingClientRect();
        if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1)
            wrong.push(`${said.slice(0, 40)}: outside the stage`);
        for (let one = parent; one && one !== wall; one = one.parentElement) {
            const clip = getComputedStyle(one), around = one.getBoundingClientRect();
            if (clip.overflow !== 'visible' && clip.overflow !== 'clip visible'
                && (box.top < around.top - 4 * scale || box.bottom > around.bottom + 4 * scale
                    || box.left < around.left - 4 * scale || box.right > around.right + 4 * scale))
                wrong.push(`${said.slice(0, 40)}: cut off by ${one.className}`);
        }
    }
    // A number alone stands in the middle of the place that a chart would have.
    const chart = wall.querySelector('.tw-beside .tw-main'), main = chart?.getBoundingClientRect();
    for (const one of chart?.childElementCount && main.height ? wall.querySelectorAll('.tw-aside > *') : []) {
        const box = one.getBoundingClientRect();
        if (box.left < main.right - 1 && box.right > main.left + 1 && box.top < main.bottom - 1 && box.bottom > main.top + 4 * scale)
            wrong.push(`${one.textContent.slice(0, 40)}: lies over the chart`);
    }
    const room = wall.querySelector('.tw-beside .tw-body')?.getBoundingClientRect();
    for (const one of room ? wall.querySelectorAll('.tw-aside > *') : []) {
        if (one.getBoundingClientRect().bottom > room.bottom + 2 * scale) wrong.push(`${one.textContent.slice(0, 40)}: below its room`);
    }
    for (const one of [document.scrollingElement, wall]) {
        if (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1) wrong.push(`scrolls: ${one.className}`);
    }
    return {wrong, seen};
}
