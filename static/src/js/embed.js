// On other web sites: puts the form where its placeholder stands, says which page it stands on, and keeps its height.
{
  const frames = new Map();

  for (const place of document.querySelectorAll("[data-guanxi-form]")) {
    const address = new URL(place.dataset.guanxiForm);
    address.searchParams.set("page", location.href.slice(0, 500));
    address.searchParams.set("ref", document.referrer.slice(0, 500));
    if (document.documentElement.lang) address.searchParams.set("lang", document.documentElement.lang);
    const frame = document.createElement("iframe");
    frame.src = address.href;
    frame.title = place.title || document.title;
    frame.loading = "lazy";
    frame.width = "100%";
    frame.height = "640";
    frame.setAttribute("frameborder", "0");
    place.replaceChildren(frame);
    frames.set(frame, address.origin);
  }

  addEventListener("message", ({ data, origin, source }) => {
    for (const [frame, ours] of frames) {
      const height = Number(data?.height);
      if (source === frame.contentWindow && origin === ours && data.guanxiForm && height > 0 && height < 10000) frame.height = String(Math.ceil(height));
    }
  });
}
