// Stands for the hosts file and for the right to port 443: what is meant for WeChat's hosts goes to the gateway's doors.
// The library under test is loaded after this and is not changed in any way.
const dns = require("dns");
const net = require("net");

const OURS = /(^|\.)weixin\.qq\.com$/;
const lookup = dns.lookup;
dns.lookup = (host, options, done) => {
  const callback = typeof options === "function" ? options : done;
  if (!OURS.test(host)) return lookup(host, options, done);
  if (options && options.all) return process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
  return process.nextTick(callback, null, "127.0.0.1", 4);
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const wanted = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (wanted && OURS.test(wanted.host || "")) {
    wanted.port = Number(wanted.port) === 443 ? Number(process.env.GATEWAY_TLS) : Number(process.env.GATEWAY_PROXY);
  }
  return connect.apply(this, given);
};
