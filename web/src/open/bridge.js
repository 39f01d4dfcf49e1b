/*
 * The bridge of a page that is open inside the client: WeixinJSBridge, as pages written for WeChat expect it. It asks the client around
 * it by messages; what the client does (share, scan, choose a picture, tell the place, pay) it does with its own screens.
 * A page includes this file before its own SDK, or jweixin-1.6.0.js, which contains it. Outside the client it does nothing.
 */
(function () {
  "use strict";
  if (window.parent === window || window.WeixinJSBridge) return;

  var VERSION = "MicroMessenger/8.0.50";
  var script = document.currentScript && document.currentScript.src;
  // reached by another name (the gateway's), this file does not know where the client is
  var client = script && !/(^|\.)wx\.qq\.com$/.test(new URL(script).hostname) ? new URL(script).origin : "*";
  var agent = navigator.userAgent;
  var port = null;
  var queue = [];
  var waiting = {};
  var last = 0;
  var handlers = {};
  /** pictures of the phone, by the addresses under which the page shows them */
  var pictures = {};

  Object.defineProperty(navigator, "userAgent", {
    configurable: true,
    get: function () {
      return agent.indexOf("MicroMessenger/") < 0 ? agent + " " + VERSION : agent;
    },
  });

  function send(message) {
    if (port) port.postMessage(message);
    else queue.push(message);
  }

  function answered(id, result) {
    var callback = waiting[id];
    delete waiting[id];
    if (callback) callback(result);
  }

  function shown(blob) {
    var address = URL.createObjectURL(blob);
    pictures[address] = blob;
    return address;
  }

  /** What came back from the client in the form in which a page takes it: pictures become addresses of this page. */
  function received(result) {
    if (result.blobs) {
      var addresses = result.blobs.map(shown);
      delete result.blobs;
      result.localIds = /android/i.test(agent) ? JSON.stringify(addresses) : addresses;
    }
    if (result.blob) {
      result.localId = shown(result.blob);
      delete result.blob;
    }
    return result;
  }

  /** What this page can do by itself, without asking. */
  var here = {
    getLocalImgData: function (args, done) {
      var picture = pictures[args.localId];
      if (!picture) return done({ err_msg: "getLocalImgData:fail no such picture" });
      var reader = new FileReader();
      reader.onload = function () {
        done({ err_msg: "getLocalImgData:ok", localData: reader.result });
      };
      reader.readAsDataURL(picture);
    },
    imagePreview: function (args, done) {
      preview(args.urls && args.urls.length ? args.urls : [args.current], args.current);
      done({ err_msg: "imagePreview:ok" });
    },
  };

  function preview(urls, current) {
    var at = Math.max(0, urls.indexOf(current));
    var cover = document.createElement("div");
    cover.setAttribute("role", "dialog");
    cover.style.cssText = "position:fixed;inset:0;z-index:2147483647;background:#000;display:grid;place-items:center";
    var picture = document.createElement("img");
    picture.style.cssText = "max-width:100%;max-height:100%;object-fit:contain";
    picture.alt = "";
    function show() {
      picture.src = urls[at];
    }
    function move(step) {
      at = (at + step + urls.length) % urls.length;
      show();
    }
    function close() {
      cover.remove();
      removeEventListener("keydown", key, true);
    }
    function key(event) {
      if (event.key === "Escape") close();
      if (event.key === "ArrowRight") move(1);
      if (event.key === "ArrowLeft") move(-1);
    }
    var from = 0;
    cover.addEventListener("pointerdown", function (event) {
      from = event.clientX;
    });
    cover.addEventListener("pointerup", function (event) {
      var moved = event.clientX - from;
      if (Math.abs(moved) > 40) move(moved < 0 ? 1 : -1);
      else close();
    });
    addEventListener("keydown", key, true);
    cover.appendChild(picture);
    document.body.appendChild(cover);
    show();
  }

  function invoke(name, args, callback) {
    args = args || {};
    function done(result) {
      if (callback) callback(result);
    }
    if (here[name]) return here[name](args, done);
    var id = ++last;
    waiting[id] = done;
    // only plain data can travel, and the picture that an id of this page stands for
    var message = { id: id, name: name, args: JSON.parse(JSON.stringify(args)), url: location.href.split("#")[0], title: document.title };
    if (args.localId) message.picture = pictures[args.localId] || null;
    send(message);
  }

  window.__wxjs_environment = "browser";
  window.WeixinJSBridge = {
    invoke: invoke,
    call: function (name, args) {
      invoke(name, args);
    },
    on: function (event, handler) {
      handlers[event] = handler;
      send({ on: event });
    },
    log: function () {},
    publish: function () {},
    subscribe: function () {},
  };

  addEventListener("message", function (event) {
    if (event.source !== window.parent || !event.data || event.data.warung !== "port" || port) return;
    if (client !== "*" && event.origin !== client) return;
    event.stopImmediatePropagation();
    port = event.ports[0];
    port.onmessage = function (message) {
      var data = message.data;
      if (data.event) {
        if (handlers[data.event]) handlers[data.event](data.args || {});
      } else answered(data.id, received(data.result));
    };
    queue.splice(0).forEach(send);
  });
  window.parent.postMessage({ warung: "hello" }, client);

  function ready() {
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else setTimeout(ready);
})();
