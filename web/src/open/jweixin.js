/*
 * `wx` for pages that are open inside the client, compatible with what pages written for WeChat call (config, ready, error, checkJsApi
 * and the rest). Written from the documented behaviour. It speaks to WeixinJSBridge, which bridge.js above gives.
 */
(function () {
  "use strict";
  if (window.jWeixin) return;

  /** What a page calls, and what the bridge calls it. */
  var NAMES = {
    config: "preVerifyJSAPI",
    chooseWXPay: "getBrandWCPayRequest",
    previewImage: "imagePreview",
    getLocation: "geoLocation",
    openAddress: "editAddress",
    addCard: "batchAddCard",
    openCard: "batchViewCard",
    openProductSpecificView: "openProductViewWithPid",
    openEnterpriseRedPacket: "getRecevieBizHongBaoRequest",
    consumeAndShareCard: "consumedShareCard",
    startSearchBeacons: "startMonitoringBeacons",
    stopSearchBeacons: "stopMonitoringBeacons",
    onSearchBeacons: "onBeaconsInRange",
    onMenuShareTimeline: "menu:share:timeline",
    onMenuShareAppMessage: "menu:share:appmessage",
    onMenuShareQQ: "menu:share:QQ",
    onMenuShareWeibo: "menu:share:weiboApp",
    onMenuShareQZone: "menu:share:QZone",
  };
  var PLAIN = (
    "updateAppMessageShareData updateTimelineShareData chooseImage uploadImage downloadImage getLocalImgData startRecord stopRecord " +
    "playVoice pauseVoice stopVoice uploadVoice downloadVoice translateVoice getNetworkType openLocation hideOptionMenu showOptionMenu " +
    "closeWindow hideMenuItems showMenuItems hideAllNonBaseMenuItem showAllNonBaseMenuItem scanQRCode chooseCard openEnterpriseChat " +
    "launchMiniProgram openBusinessView onVoiceRecordEnd onVoicePlayEnd openAddress addCard openCard chooseWXPay previewImage getLocation " +
    "openProductSpecificView openEnterpriseRedPacket consumeAndShareCard startSearchBeacons stopSearchBeacons onSearchBeacons " +
    "requestMerchantTransfer"
  ).split(" ");
  /** What a page invokes when the person shares. */
  var SHARES = {
    onMenuShareTimeline: "shareTimeline",
    onMenuShareAppMessage: "sendAppMessage",
    onMenuShareQQ: "shareQQ",
    onMenuShareWeibo: "shareWeiboApp",
    onMenuShareQZone: "shareQZone",
  };
  var PUBLIC = {};
  Object.keys(NAMES).forEach(function (name) {
    PUBLIC[NAMES[name]] = name;
  });

  var settings = null;
  /** "no" before config, then "asked", "ok" or "failed" */
  var state = "no";
  var failure = null;
  var whenReady = [];
  var whenWrong = null;

  function bridged(work) {
    if (window.WeixinJSBridge) work(window.WeixinJSBridge);
    else
      document.addEventListener("WeixinJSBridgeReady", function () {
        work(window.WeixinJSBridge);
      });
  }

  function withProof(args) {
    var whole = {};
    for (var key in args) if (typeof args[key] !== "function") whole[key] = args[key];
    whole.appId = whole.appId || (settings && settings.appId);
    whole.verifyAppId = settings && settings.appId;
    whole.verifySignType = "sha1";
    whole.verifyTimestamp = settings && String(settings.timestamp);
    whole.verifyNonceStr = settings && settings.nonceStr;
    whole.verifySignature = settings && settings.signature;
    return whole;
  }

  /** What the bridge said, as "name:state" with the name that the page called. */
  function message(name, result) {
    if (result.errMsg && !result.err_msg) return result.errMsg;
    var said = String(result.err_msg || "");
    var at = said.indexOf(":");
    var how = at < 0 ? said : said.slice(at + 1);
    how = how.replace(/^(failed|fail)_/, "").replace(/^failed/, "fail").replace(/_/g, " ").trim();
    if (how === "confirm" || how === "") how = "ok";
    if (how === "access denied" || how === "no permission to execute") how = "permission denied";
    if (name === "config" && how === "function not exist") how = "ok";
    return name + ":" + how;
  }

  function settle(name, result, callbacks) {
    result = result || {};
    if (name === "getNetworkType" && /^network_type:/.test(result.err_msg || "")) {
      result.networkType = result.subtype || result.err_msg.slice("network_type:".length);
      result.err_msg = "getNetworkType:ok";
      delete result.subtype;
    }
    ["checkResult", "localIds"].forEach(function (key) {
      if (typeof result[key] === "string") result[key] = JSON.parse(result[key]);
    });
    if (result.checkResult) {
      for (var known in result.checkResult)
        if (PUBLIC[known]) {
          result.checkResult[PUBLIC[known]] = result.checkResult[known];
          delete result.checkResult[known];
        }
    }
    result.errMsg = message(name, result);
    ["err_msg", "err_code", "err_desc", "err_detail"].forEach(function (key) {
      delete result[key];
    });
    if (settings && settings.debug && !callbacks._inner) alert(JSON.stringify(result));
    var how = result.errMsg.slice(result.errMsg.indexOf(":") + 1);
    if (how === "ok") callbacks.success && callbacks.success(result);
    else if (how === "cancel") callbacks.cancel && callbacks.cancel(result);
    else callbacks.fail && callbacks.fail(result);
    callbacks.complete && callbacks.complete(result);
  }

  function call(name, args, callbacks) {
    bridged(function (bridge) {
      bridge.invoke(NAMES[name] || name, withProof(args || {}), function (result) {
        settle(name, result, callbacks || {});
      });
    });
  }

  function listen(event, work) {
    bridged(function (bridge) {
      bridge.on(event, work);
    });
  }

  var wx = {
    config: function (given) {
      settings = given;
      state = "asked";
      call(
        "config",
        {
          verifyJsApiList: (given.jsApiList || []).map(function (name) {
            return NAMES[name] || name;
          }),
          verifyOpenTagList: given.openTagList || [],
        },
        {
          _inner: !given.debug,
          success: function () {
            state = "ok";
            whenReady.splice(0).forEach(function (work) {
              work();
            });
          },
          fail: function (result) {
            state = "failed";
            failure = result;
            if (whenWrong) whenWrong(result);
          },
        },
      );
    },
    ready: function (work) {
      if (state === "ok") work();
      else whenReady.push(work);
    },
    error: function (work) {
      whenWrong = work;
      if (state === "failed") work(failure);
    },
    checkJsApi: function (given) {
      call(
        "checkJsApi",
        {
          jsApiList: (given.jsApiList || []).map(function (name) {
            return NAMES[name] || name;
          }),
        },
        given,
      );
    },
    miniProgram: {
      getEnv: function (work) {
        work({ miniprogram: window.__wxjs_environment === "miniprogram" });
      },
    },
  };
  PLAIN.forEach(function (name) {
    wx[name] = function (args) {
      call(name, args, args);
    };
  });
  ["onVoiceRecordEnd", "onVoicePlayEnd", "onSearchBeacons"].forEach(function (name) {
    wx[name] = function (args) {
      listen(NAMES[name] || name, function (result) {
        if (args && args.complete) args.complete(result);
      });
    };
  });
  Object.keys(SHARES).forEach(function (name) {
    wx[name] = function (args) {
      listen(NAMES[name], function () {
        if (args.trigger) args.trigger({ errMsg: name + ":ok" });
        bridged(function (bridge) {
          var shared = withProof({
            title: args.title || document.title,
            desc: args.desc || "",
            link: args.link || location.href,
            img_url: args.imgUrl || "",
            type: args.type || "link",
            data_url: args.dataUrl || "",
          });
          bridge.invoke(SHARES[name], shared, function (result) {
            settle(name, result, args);
          });
        });
      });
    };
  });
  ["navigateTo", "navigateBack", "redirectTo", "switchTab", "reLaunch", "postMessage"].forEach(function (name) {
    wx.miniProgram[name] = function (args) {
      bridged(function (bridge) {
        bridge.invoke("invokeMiniProgramAPI", withProof({ name: name, arg: args || {} }), function (result) {
          settle("miniProgram." + name, result, args || {});
        });
      });
    };
  });
  wx.invoke = function (name, args, callback) {
    bridged(function (bridge) {
      bridge.invoke(name, withProof(args || {}), callback);
    });
  };
  wx.on = listen;

  window.jWeixin = wx;
  if (!window.wx) window.wx = wx;
})();
