// Which pages the worker keeps as they are looked at; the same pattern stands in sw.js, which can
// import nothing, and a test holds one against the other.
export const KEPT = /^\/(?:|activities|activities\/\d+|readiness|how-it-adds-up|me\/messages|renewal|renewal\/summary|renewal\/filing\/\d+\/progress|registrations\/\d+\/certificate|events\/\d+|events\/\d+\/pass)$/;
