// Other languages, where words are longer or run the other way.

import { approve, day, DAY_MS, HOUR_MS, item, MINUTE_MS } from "../items.js";

export const languages = {
  title: "Languages",
  states: [
    {
      id: "german",
      title: "German",
      note: "Words twice as long.",
      lang: "de",
      items: () => [
        item("Druckfreigabebestätigung für Auftrag 1042 erforderlich", {
          age: 4 * MINUTE_MS,
          category: "Korrekturabzüge",
          body: "Frühjahrskatalog: Der Umschlag ist freigegeben, die Innenseiten sind es noch nicht.",
          actions: [approve({ label: "Druckfreigabe erteilen" }), { id: "later", label: "Zurückstellen" }],
        }),
        item("Rechtsschutzversicherungsgesellschaften-Briefbögen sind fertig", {
          age: 3 * HOUR_MS,
          category: "Geschäftsdrucksachen",
          body: "2.000 Stück, abholbereit.",
        }),
        item("Die Maschinen ruhen am Sonntag", { age: 2 * DAY_MS, category: "Haus", read: true }),
      ],
    },
    {
      id: "arabic",
      title: "Arabic",
      note: "From right to left, with a Latin name in between.",
      lang: "ar",
      dir: "rtl",
      isPictured: false,
      items: () => [
        item("البروفة 1042 في انتظارك", {
          age: 4 * MINUTE_MS,
          category: "البروفات",
          body: "كتالوج الربيع: تمت الموافقة على الغلاف، أما الصفحات الداخلية فلا. الموعد يوم الجمعة.",
          actions: [approve({ label: "موافقة" }), { id: "later", label: "لاحقًا" }],
        }),
        item("تم دفع الفاتورة Paperhouse 3321", { age: 3 * HOUR_MS, category: "الفواتير", body: "بطاقات عمل، 96.00 يورو." }),
        item("The presses rest on Sunday", { age: 2 * DAY_MS, category: "House", body: "From 03:00 to 09:00.", read: true }),
      ],
    },
    {
      id: "turned",
      title: "English, turned round",
      note: "A page from right to left that speaks English.",
      dir: "rtl",
      items: day,
    },
    {
      id: "japanese",
      title: "Japanese",
      note: "No spaces to break at.",
      lang: "ja",
      isPictured: false,
      items: () => [
        item("校正紙1042をご確認ください", {
          age: 4 * MINUTE_MS,
          category: "校正",
          body: "春のカタログ：表紙は承認済みですが、本文ページはまだ承認されていません。締め切りは金曜日です。",
          actions: [approve({ label: "承認" }), { id: "later", label: "あとで" }],
        }),
        item("請求書3321が支払われました", { age: 3 * HOUR_MS, category: "請求書", body: "名刺、96.00ユーロ。", read: true }),
      ],
    },
  ],
};
