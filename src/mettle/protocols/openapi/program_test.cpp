#include "mettle/protocols/openapi/program.hpp"

#include "mettle/load/recorder.hpp"
#include "mettle/protocols/openapi/tasks.hpp"

#include <gmock/gmock.h>

#include <map>

namespace mettle::protocols::openapi {
namespace {

using load::Attempt;

constexpr const char* kItems = R"({"openapi":"3.1.0","paths":{
    "/items":{"post":{}},
    "/items/{item_id}":{"parameters":[{"name":"item_id","in":"path","required":true,
                                       "schema":{"type":"integer"}}],"get":{},"delete":{}},
    "/items/{item_id}/parts":{
        "parameters":[{"name":"item_id","in":"path","required":true,"schema":{"type":"integer"}}],
        "get":{"parameters":[{"name":"part","in":"query","required":true,
                              "schema":{"const":"x"}}]}},
    "/items/{item_id}/notes/{note_id}":{
        "parameters":[{"name":"item_id","in":"path","required":true,"schema":{"type":"integer"}},
                      {"name":"note_id","in":"path","required":true,"schema":{"type":"string"}}],
        "get":{}},
    "/items/{item_id}/notes":{
        "parameters":[{"name":"item_id","in":"path","required":true,"schema":{"type":"integer"}}],
        "post":{}}}})";

// The users of one worker, whose service is the test.
class Stage {
public:
    explicit Stage(std::vector<std::string> only, double invalid_share = 0) {
        const auto document = parse_document(kItems);
        http::Url url;
        url.host = "h";
        TaskOptions options;
        options.only = std::move(only);
        options.invalid_share = invalid_share;
        auto made = make_tasks(*document, url, options).value();
        tasks_ = made.tasks;
        ProgramSetup setup;
        setup.tasks = make_learning_tasks(made.tasks, made.lessons, "", url, {});
        setup.lessons = std::move(made.lessons);
        program_ = make_program(std::move(setup));
        factory_ = program_->make(recorder_, 0);
        user_ = factory_->make({});
    }

    // The request line of the next iteration, without the version.
    std::string send(const load::AnswerView& answer = {.status = 200, .head = {}, .body = {}}) {
        EXPECT_EQ(user_->next(attempt_, 0).kind, load::Next::Kind::request);
        const http::ClientRequest& prepared =
            tasks_[attempt_.task].requests[attempt_.payload].request;
        std::string line = prepared.method + " " + prepared.target;
        if (attempt_.made) {
            EXPECT_TRUE(attempt_.made->of_payload);
            line = attempt_.made->bytes.substr(0, attempt_.made->bytes.find(" HTTP/1.1\r\n"));
        }
        if (attempt_.reader) attempt_.reader->on_answer(attempt_, answer);
        EXPECT_EQ(user_->next(attempt_, 0).kind, load::Next::Kind::iteration_end);
        return line;
    }
    std::string send(std::string_view body) { return send({200, {}, body}); }
    bool is_made() const { return attempt_.made != nullptr; }

private:
    std::vector<Task> tasks_;
    load::Recorder recorder_{8, {}};
    std::shared_ptr<const load::Program> program_;
    std::unique_ptr<load::BehaviourFactory> factory_;
    std::unique_ptr<load::Behaviour> user_;
    Attempt attempt_;
};

std::map<std::string, int> counts_of(Stage& stage, int requests, std::string_view body) {
    std::map<std::string, int> counts;
    for (int index = 0; index < requests; ++index) ++counts[stage.send(body)];
    return counts;
}

TEST(OpenApiProgram, WhatNeedsAnIdWaitsForAnAnswerThatHasOne) {
    Stage stage({"GET /items/{item_id}", "POST /items"});
    for (int index = 0; index < ProgramSetup::kPatience - 1; ++index)
        EXPECT_EQ(stage.send("{}"), "POST /items");
    EXPECT_EQ(stage.send(R"({"id":41})"), "POST /items");
    const auto counts = counts_of(stage, 200, R"({"id":42})");
    EXPECT_EQ(counts.size(), 3u);
    EXPECT_GT(counts.at("GET /items/41"), 10);
    EXPECT_GT(counts.at("GET /items/42"), 10);
    EXPECT_GT(counts.at("POST /items"), 50);
}

TEST(OpenApiProgram, WhatIsBelowTheIdStays) {
    Stage stage({"/items", "/items/{item_id}/parts"});
    const auto counts = counts_of(stage, 100, R"({"id":"a b"})");
    EXPECT_EQ(counts.size(), 2u);
    EXPECT_GT(counts.at("GET /items/a%20b/parts?part=x"), 10);
}

TEST(OpenApiProgram, ADeletedIdIsNotSentAgain) {
    Stage stage({"POST /items", "DELETE /items/{item_id}"});
    int next_id = 0, deleted = 0;
    std::map<std::string, int> lines;
    for (int index = 0; index < 300; ++index) {
        const std::string line = stage.send(R"({"id":)" + std::to_string(next_id++) + "}");
        if (!line.starts_with("DELETE")) continue;
        ++deleted;
        EXPECT_EQ(++lines[line], 1) << line;
    }
    EXPECT_GT(deleted, 100);
}

TEST(OpenApiProgram, AnIdBelowAnIdIsSentWithTheOneThatItBelongsTo) {
    Stage stage({"/items", "/items/{item_id}/notes", "GET /items/{item_id}/notes/{note_id}"});
    int number = 0, read = 0;
    std::map<std::string, std::string> item_of;
    for (int index = 0; index < 300; ++index) {
        const std::string id = "n" + std::to_string(number++);
        const std::string body = R"({"id":")" + id + "\"}";
        const std::string line = stage.send(body);
        const auto notes = line.find("/notes");
        if (line.starts_with("POST ") && notes != std::string::npos)
            item_of[id] = line.substr(5, notes - 5);
        if (!line.starts_with("GET ")) continue;
        ++read;
        const std::string note = line.substr(line.rfind('/') + 1);
        EXPECT_EQ(line, "GET " + item_of[note] + "/notes/" + note);
    }
    EXPECT_GT(read, 50);
}

TEST(OpenApiProgram, WhereNoAnswerHasIdsTheMadeOnesAreSent) {
    Stage stage({"POST /items", "GET /items/{item_id}"});
    for (int index = 0; index < ProgramSetup::kPatience; ++index)
        EXPECT_EQ(stage.send("{}"), "POST /items");
    int read = 0;
    for (int index = 0; index < 100; ++index) {
        if (stage.send("{}").starts_with("GET /items/")) ++read;
        EXPECT_FALSE(stage.is_made());
    }
    EXPECT_GT(read, 20);
}

TEST(OpenApiProgram, WhatIsWrongOnPurposeStaysWrong) {
    Stage stage({"POST /items", "GET /items/{item_id}"}, 0.3);
    int wrong = 0;
    for (int index = 0; index < 300; ++index)
        if (stage.send(R"({"id":5})").starts_with("GET /items/") && !stage.is_made()) ++wrong;
    EXPECT_GT(wrong, 20);
    EXPECT_LT(wrong, 100);
}

TEST(OpenApiProgram, CutsTheRequestAroundTheItem) {
    LearningRequest request;
    cut_at_id(request, "GET http://h/api/items/5/parts/?a=1 HTTP/1.1\r\nHost: h\r\n\r\n",
              "/api/items/5/parts/?a=1", 3);
    EXPECT_EQ(request.before, "GET http://h");
    EXPECT_EQ(request.behind, "/parts/?a=1 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(request.behind.substr(0, request.path_behind), "/parts");
}

TEST(OpenApiProgram, BeginsWithWhatNeedsNoId) {
    const auto document = parse_document(kItems);
    http::Url url;
    TaskOptions options;
    options.only = {"DELETE /items/{item_id}", "GET /items/{item_id}", "POST /items"};
    const auto made = make_tasks(*document, url, options).value();
    EXPECT_EQ(made.tasks[0].method, "POST");
    EXPECT_EQ(made.tasks[1].method, "DELETE");
    ASSERT_EQ(made.lessons.all.size(), 1u);
    EXPECT_THAT(made.lessons.all[0].teachers, testing::ElementsAre(0));
}

}  // namespace
}  // namespace mettle::protocols::openapi
