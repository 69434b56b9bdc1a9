import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, status } from "../testing/fakeService";
import { collection, detail, FEW, result, score, TEACHER, teacherCase, teaching } from "./testing";

const sent = (service: ReturnType<typeof teaching>["service"], route: string) =>
  service.of(route).map(({ body }) => body);
const row = (name: string) => screen.getByRole("rowheader", { name }).closest("tr")!;

test("the collections say how far one has come; only a teacher makes them", async () => {
  teaching("/teaching");
  const card = (await screen.findByRole("link", { name: "Lumbar discs" })).closest("li")!;
  expect(card.textContent).toContain("1 of 2 answered");
  expect(screen.queryByRole("link", { name: "New collection" })).toBeNull();
});

test("no collection at all is said, and what to do", async () => {
  teaching("/teaching", { "GET /api/v1/teaching/collections": () => [] }, { me: TEACHER });
  await screen.findByText(/No collection yet. Make one/);
  screen.getByRole("link", { name: "New collection" });
});

test("collections that could not be had are told, and asked for again", async () => {
  const broken = { "GET /api/v1/teaching/collections": () => status(503, problem("away")) };
  const { service, user } = teaching("/teaching", broken);
  await screen.findByText("away");
  service.on("GET /api/v1/teaching/collections", () => [collection()]);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("link", { name: "Lumbar discs" });
});

test("a collection leads to the next case, and shows those that were read", async () => {
  const { service, user } = teaching("/teaching/3");
  await screen.findByRole("heading", { name: /Lumbar discs/ });
  expect(row("1").textContent).toContain("3:07");
  expect(row("1").textContent).toContain("2 / 3");
  expect(row("2").textContent).toContain("no reference");
  const read = screen.getAllByRole("button", { name: "Read case 2" });
  await user.click(read[0]!);
  await screen.findByRole("form", { name: "Answers" });
  expect(service.of("POST /api/v1/teaching/cases/12/attempt")).toHaveLength(1);
});

test("a learner sees no page of teachers, and a teacher does", async () => {
  const { unmount } = teaching("/teaching/3");
  await screen.findByRole("link", { name: "My score" });
  expect(screen.queryByRole("link", { name: "Edit" })).toBeNull();
  unmount();
  teaching("/teaching/3", {}, { me: TEACHER });
  await screen.findByRole("link", { name: "Edit" });
  screen.getByRole("link", { name: "Learners" });
});

test("the result has own answer, reference and model beside each other", async () => {
  teaching("/teaching/attempts/5/result");
  await screen.findByText("A reader's findings");
  const [, grade, , call] = screen.getAllByRole("row");
  expect(grade?.textContent).toContain("L4-L5");
  const cells = screen.getAllByRole("row").map((one) => one.textContent ?? "");
  expect(cells.some((text) => /Pfirrmann grade4 ≈one grade off34 ≈one grade offyou made the same error/.test(text))).toBe(true);
  expect(call?.textContent).toContain("noyes ✗");
  expect(call?.textContent).toContain("named this disc L3-L4");
  screen.getByText(/Not as the reference in 2: you gave the same wrong answer in 1/);
  screen.getByText("silent mode");
  expect(screen.getByText("0 wrong").className).toContain("verdict-wrong");
  screen.getByText(/had the models' findings before them/);
});

test("a row of the result leads to where it is seen on the images, and draws it", async () => {
  const { user } = teaching("/teaching/attempts/5/result");
  await waitFor(() => expect(document.querySelector(".pane")?.getAttribute("data-slice")).toBe("2"));
  expect(document.querySelectorAll(".shape")).toHaveLength(0);
  await user.click(screen.getAllByRole("button", { name: "Pfirrmann grade" })[0]!);
  await waitFor(() => expect(document.querySelector(".pane")?.getAttribute("data-slice")).toBe("3"));
  expect(document.querySelectorAll(".shape-chosen")).toHaveLength(1);
});

test("what the reader of the reference drew is shown in place of the model's", async () => {
  const drawn = result();
  const place = { series_uid: "1.t2", instance_uid: drawn.findings[0]!.evidence[0]!.instance_uid, frame: 0 };
  drawn.items[0]!.drawn = [{ place, outline: [], box: [1, 1, 9, 9] }];
  const { user } = teaching("/teaching/attempts/5/result", {
    "GET /api/v1/teaching/attempts/5/result": () => drawn,
  });
  await waitFor(() => expect(document.querySelector(".pane")?.getAttribute("data-slice")).toBe("2"));
  await user.click(screen.getAllByRole("button", { name: "Pfirrmann grade" })[0]!);
  await waitFor(() => expect(document.querySelectorAll(".shape-chosen")).toHaveLength(1));
});

test("a result without a reference says that nobody said what is right", async () => {
  teaching("/teaching/attempts/5/result", {
    "GET /api/v1/teaching/attempts/5/result": () =>
      result({ reference: null, models: [], next_case: null }),
  });
  await screen.findByText(/This case has no reference/);
  expect(screen.queryByText("0 wrong")).toBeNull();
  screen.getByText("No model has answered what is asked here.");
  screen.getByText("You have answered every case.");
});

test("a figure has its interval and n, and none where patients are too few", async () => {
  teaching("/teaching/3/score");
  const own = await screen.findByRole("rowheader", { name: "You" });
  expect(own.closest("tr")?.textContent).toContain("0.61 (0.40 to 0.81)60 answers, 12 patients");
  expect(row("lumbar-grading").textContent).toContain("Too few patients: 4 of the 10 needed");
  screen.getByText("1 case does not count: you had opened its study before.");
  screen.getByRole("img", { name: "Right answers, case by case" });
  screen.getByRole("img", { name: "Time of each case" });
  expect(row("Case 2with helpdoes not count").textContent).toContain("1:30");
});

test("who has answered nothing has no score, and no chart of nothing", async () => {
  teaching("/teaching/3/score", {
    "GET /api/v1/teaching/collections/3/score": () =>
      score({ cases: [], questions: [], curve: [], overall: FEW }),
  });
  await screen.findByText("You have answered no case yet.");
  expect(screen.queryByRole("img")).toBeNull();
});

test("the teacher's table has each learner, and the hardest case first", async () => {
  const table = {
    needed: 10,
    learners: [{ name: "Rafa Resident", answered: 4, counted: 3, right: FEW, median_looked_s: 75 }],
    cases: [
      { case: 12, number: 2, learners: 3, right: 2, scored: 9, median_looked_s: 80 },
      { case: 11, number: 1, learners: 0, right: 0, scored: 0, median_looked_s: null },
    ],
  };
  teaching(
    "/teaching/3/learners",
    { "GET /api/v1/teaching/collections/3/learners": () => table },
    { me: TEACHER },
  );
  await screen.findByText("Rafa Resident");
  expect(row("Rafa Resident").textContent).toContain("1:15");
  expect(row("Case 2").textContent).toContain("2 of 9");
  expect(row("Case 1").textContent).toContain("–");
});

test("a collection is made with the questions and levels that were chosen", async () => {
  const post = "POST /api/v1/teaching/collections";
  const { service, user } = teaching(
    "/teaching/new",
    { [post]: () => status(201, detail()) },
    { me: TEACHER },
  );
  await user.type(await screen.findByLabelText("Title"), "Discs");
  await user.click(await screen.findByRole("checkbox", { name: /Herniation/ }));
  await user.click(screen.getByRole("checkbox", { name: /Pfirrmann grade/ }));
  const levels = screen.getByRole("group", { name: "Pfirrmann grade" });
  await user.click(within(levels).getByRole("checkbox", { name: "L1-L2" }));
  await user.click(screen.getByRole("button", { name: "Make the collection" }));
  await screen.findByRole("button", { name: "Save" });
  expect(sent(service, post)).toEqual([
    {
      title: "Discs",
      description: "",
      anatomy: "lumbar-spine",
      questions: [
        { name: "pfirrmann-grade", levels: ["L4-L5", "L5-S1"] },
        { name: "disc-herniation", levels: ["L4-L5", "L5-S1"] },
      ],
    },
  ]);
});

test("what was typed stays where the collection could not be made", async () => {
  const { user } = teaching(
    "/teaching/new",
    { "POST /api/v1/teaching/collections": () => status(422, problem("It does not fit.")) },
    { me: TEACHER },
  );
  const title = await screen.findByLabelText<HTMLInputElement>("Title");
  await user.type(title, "Discs");
  await user.click(await screen.findByRole("checkbox", { name: /Herniation/ }));
  await user.click(screen.getByRole("button", { name: "Make the collection" }));
  await screen.findByText("It does not fit.");
  expect(title.value).toBe("Discs");
});

test("a teacher adds studies by search and by number, and says what a case is judged by", async () => {
  const add = "POST /api/v1/teaching/collections/3/cases";
  const judge = "PUT /api/v1/teaching/cases/11/reference";
  const { service, user } = teaching(
    "/teaching/3/edit",
    {
      [add]: () => [teacherCase(), teacherCase({ id: 12, number: 2, reference: null, sources: [] })],
      [judge]: () => [teacherCase()],
    },
    { me: TEACHER },
  );
  expect((await screen.findByRole<HTMLInputElement>("checkbox", { name: /Weber, Lena 7/ })).disabled).toBe(true);
  await user.click(screen.getByRole("checkbox", { name: /Weber, Lena 8/ }));
  await user.click(screen.getByRole("button", { name: "Add 1 study" }));
  await screen.findByText("No reference: cannot be scored");
  await user.type(screen.getByRole("searchbox"), "8, 9");
  await user.click(await screen.findByRole("button", { name: "Add 2 studies of these numbers" }));
  await waitFor(() => expect(sent(service, add)).toEqual([{ studies: [8] }, { studies: [8, 9] }]));
  await user.selectOptions(screen.getByLabelText("Judge case 1 by"), "0");
  await waitFor(() => expect(sent(service, judge)).toEqual([{ kind: "form", source: 8 }]));
});

test("a teacher publishes a collection, and what is asked is fixed once it was begun", async () => {
  const patch = "PATCH /api/v1/teaching/collections/3";
  const { service, user } = teaching(
    "/teaching/3/edit",
    {
      "GET /api/v1/teaching/collections/3": () =>
        detail({ collection: collection({ published: false }) }),
      [patch]: () => detail(),
    },
    { me: TEACHER },
  );
  await user.click(await screen.findByRole("checkbox", { name: /^Published/ }));
  await waitFor(() => expect(sent(service, patch)).toEqual([{ published: true }]));
  const herniation = await screen.findByRole<HTMLInputElement>("checkbox", { name: /Herniation/ });
  expect(herniation.matches(":disabled")).toBe(true);
  screen.getByText(/Somebody has begun a case/);
});
