// Draws a plan: routes, numbered stops, depots, dropped stops; with a legend, a window filter and a clock.
(function () {
  "use strict";

  const box = document.getElementById("map");
  if (!box || !window.L) return;
  const L = window.L;
  const status = document.getElementById("map-status");
  const STEP_PX = 18; // from one marker of a gate to the next

  fetch(box.dataset.source, { credentials: "same-origin", headers: { Accept: "application/json" } })
    .then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    })
    .then(draw)
    .catch((error) => {
      status.textContent = box.dataset.failed;
      status.hidden = false;
      box.dataset.state = "failed";
      console.error("map data", error.message);
    });

  function draw(data) {
    const map = L.map(box, { zoomControl: true, preferCanvas: false, zoomSnap: 0.25 });
    map.attributionControl.setPrefix("Leaflet");
    if (data.attribution) map.attributionControl.addAttribution(data.attribution);
    if (data.tile_url) L.tileLayer(data.tile_url, { maxZoom: 19 }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);

    const layers = new Map(); // route id (or "dropped") → layer group
    const marks = []; // {stop, marker}
    const layerOf = (key) => {
      if (!layers.has(key)) layers.set(key, L.layerGroup().addTo(map));
      return layers.get(key);
    };

    data.routes.forEach((route) => drawLine(route, layerOf(route.id)));
    spread(data.stops).forEach(({ stop, shift }) => {
      const marker = stopMarker(stop, shift);
      marks.push({ stop, marker, reach: shift * STEP_PX, layer: layerOf(stop.route === null ? "dropped" : stop.route) });
    });
    data.depots.forEach((depot) => {
      L.marker([depot.lat, depot.lng], { icon: icon("depot", "★", 15), title: depot.name, zIndexOffset: 2000 })
        .bindPopup(() => popup(depot.name, depot.facts))
        .addTo(map);
    });

    const view = { window: "", minute: data.last_minute };
    const vans = new Map();
    const show = () => {
      marks.forEach(({ stop, marker, layer }) => {
        const wanted = !view.window || stop.window === view.window;
        if (wanted) layer.addLayer(marker);
        else layer.removeLayer(marker);
        const element = marker.getElement();
        if (element) element.classList.toggle("later", stop.minute !== null && stop.minute > view.minute);
      });
      data.routes.forEach((route) => moveVan(route, view.minute, data.last_minute, vans, layerOf(route.id)));
    };

    const everything = data.stops.concat(data.depots).map((place) => [place.lat, place.lng]);
    const row = Math.max(0, ...marks.map(({ reach }) => reach)); // markers of one gate stand in a row to the right of it
    const room = { paddingTopLeft: [24, 24], paddingBottomRight: [Math.min(row + 24, box.clientWidth / 3), 24] };
    if (everything.length) map.fitBounds(L.latLngBounds(everything), room);
    else map.setView([36.65, 117.05], 11);
    const scaleMarks = () => box.classList.toggle("far", map.getZoom() < Number(box.dataset.near || 14));
    map.on("zoomend", scaleMarks);
    scaleMarks();
    show();
    wireLegend(map, layers, show);
    wireFilters(data, view, show);
    if (location.hash.startsWith("#stop-")) open(location.hash.slice(6));
    box.dataset.state = "ready";

    function open(id) {
      const found = marks.find(({ stop }) => String(stop.id) === id);
      if (!found) return;
      map.setView(found.marker.getLatLng(), 16);
      found.marker.openPopup();
    }
  }

  function drawLine(route, layer) {
    if (!route.line || route.line.length < 2) return;
    const path = route.line.map(([lng, lat]) => [lat, lng]);
    const lane = `ro-${route.number % 5}`; // beside each other where they share a road, not one over all others
    L.polyline(path, { className: `route-casing ${lane}`, interactive: false }).addTo(layer);
    layer.line = L.polyline(path, { className: `route-line ${lane} rc-${route.tone} rd-${route.dash}` })
      .bindPopup(() => popup(route.name, route.facts))
      .addTo(layer);
  }

  // Stops at one gate lie on one point: fan them out so that each can be seen and pressed.
  function spread(stops) {
    const seen = new Map();
    return stops.map((stop) => {
      const key = `${stop.lng.toFixed(5)} ${stop.lat.toFixed(5)}`;
      const index = seen.get(key) || 0;
      seen.set(key, index + 1);
      return { stop, shift: index };
    });
  }

  function stopMarker(stop, shift) {
    const kind = stop.route === null ? "stop dropped" : `stop rc-${stop.tone}`;
    const text = stop.route === null ? "!" : String(stop.position ?? "·");
    const mark = icon(`${kind}${stop.door ? " door" : ""}`, text, 11, shift);
    const marker = L.marker([stop.lat, stop.lng], { icon: mark, title: stop.title, riseOnHover: true });
    marker.bindPopup(() => popup(stop.name, stop.facts, stop.note));
    return marker;
  }

  function icon(className, text, half, shift) {
    const face = document.createElement("span");
    face.textContent = text;
    return L.divIcon({
      className: `mark ${className}`,
      html: face,
      iconSize: [2 * half, 2 * half],
      iconAnchor: [half - (shift || 0) * STEP_PX, half],
    });
  }

  function popup(title, facts, note) {
    const box = document.createElement("div");
    const head = document.createElement("h3");
    head.textContent = title;
    box.append(head);
    if (note) {
      const line = document.createElement("p");
      line.className = "popup-note";
      line.textContent = note;
      box.append(line);
    }
    const list = document.createElement("dl");
    list.className = "pairs";
    facts.forEach(([name, value]) => {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      list.append(term, text);
    });
    box.append(list);
    return box;
  }

  // Where a vehicle is at a minute: on the straight line between the two points of its track around that minute.
  function placeAt(track, minute) {
    if (!track.length || minute < track[0][0] || minute > track[track.length - 1][0]) return null;
    for (let i = 1; i < track.length; i += 1) {
      const [from, lng, lat] = track[i - 1];
      const [to, nextLng, nextLat] = track[i];
      if (minute <= to) {
        const part = to === from ? 1 : (minute - from) / (to - from);
        return [lat + (nextLat - lat) * part, lng + (nextLng - lng) * part];
      }
    }
    return null;
  }

  function moveVan(route, minute, last, vans, layer) {
    const place = minute >= last ? null : placeAt(route.track, minute);
    const van = vans.get(route.id);
    if (!place) {
      if (van) layer.removeLayer(van);
      vans.delete(route.id);
    } else if (van) {
      van.setLatLng(place);
    } else {
      const mark = icon(`van rc-${route.tone}`, String(route.number), 15);
      vans.set(route.id, L.marker(place, { icon: mark, title: route.name, zIndexOffset: 1500 }).addTo(layer));
    }
  }

  function wireLegend(map, layers, show) {
    const boxes = Array.from(document.querySelectorAll("[data-route]"));
    const apply = (input) => {
      const layer = layers.get(input.dataset.route === "dropped" ? "dropped" : Number(input.dataset.route));
      if (!layer) return;
      if (input.checked) layer.addTo(map);
      else layer.remove();
    };
    const light = (input, on) => {
      const layer = layers.get(Number(input.dataset.route));
      const path = layer && layer.line && layer.line.getElement();
      if (!path) return;
      path.classList.toggle("lit", on);
      if (on) layer.line.bringToFront();
    };
    boxes.forEach((input) => {
      const label = input.closest("label");
      label.addEventListener("mouseenter", () => light(input, true));
      label.addEventListener("mouseleave", () => light(input, false));
      input.addEventListener("focus", () => light(input, true));
      input.addEventListener("blur", () => light(input, false));
      input.disabled = false;
      input.addEventListener("change", () => { apply(input); show(); });
    });
    document.querySelectorAll("[data-routes]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        boxes.forEach((input) => { input.checked = button.dataset.routes === "all"; apply(input); });
        show();
      });
    });
  }

  function wireFilters(data, view, show) {
    const windows = document.getElementById("map-window");
    const clock = document.getElementById("map-clock");
    const reading = document.getElementById("map-clock-reading");
    document.getElementById("map-filters").hidden = false;
    windows.addEventListener("change", () => { view.window = windows.value; show(); });
    clock.min = data.first_minute;
    clock.max = data.last_minute;
    clock.value = data.last_minute;
    clock.addEventListener("input", () => {
      view.minute = Number(clock.value);
      const whole = view.minute >= data.last_minute;
      const text = `${String(Math.floor(view.minute / 60)).padStart(2, "0")}:${String(view.minute % 60).padStart(2, "0")}`;
      reading.textContent = whole ? reading.dataset.whole : text;
      clock.setAttribute("aria-valuetext", reading.textContent);
      show();
    });
  }
})();
