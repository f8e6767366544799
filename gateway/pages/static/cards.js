// Shows cards; one whose key did not change stays, so that no button moves away under a finger.
export function showCards(list, cards) {
  const shown = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const wanted = cards.map(({ id, key, make, refresh }) => {
    const text = JSON.stringify(key);
    let card = shown.get(id);
    if (!card || card.dataset.key !== text) {
      card = make();
      card.dataset.id = id;
      card.dataset.key = text;
    }
    if (refresh) refresh(card);
    return card;
  });
  const same = wanted.length === list.children.length && wanted.every((c, i) => c === list.children[i]);
  if (!same) list.replaceChildren(...wanted);
}
