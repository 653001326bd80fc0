#include "mettle/cli/arrivals_option.hpp"

#include "mettle/cli/recorded_requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace mettle::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string written(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
}

std::string log_file(const std::string& name) {
    return written(name,
                   "h - - [24/Nov/2026:12:00:00 +0000] \"GET /items/7?a=1 HTTP/1.1\" 200 1\n"
                   "h - - [24/Nov/2026:12:00:02 +0000] \"GET /items/8 HTTP/1.1\" 200 1\n"
                   "h - - [24/Nov/2026:12:00:04 +0000] \"POST /buy HTTP/1.1\" 200 1\n"
                   "h - - [24/Nov/2026:12:00:06 +0000] \"GET /items/7?a=1 HTTP/1.1\" 200 1\n");
}

TEST(ArrivalsOption, TakesLawsAndFiles) {
    EXPECT_EQ(parse_arrivals_option("gamma:2")->law, load::ArrivalLaw::gamma(2));
    const auto trace = parse_arrivals_option("trace:" + written("a,b.txt", "1\n3\n") + ",speed=2");
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_THAT(trace->recording->moments, ElementsAre(500ms, 1500ms));
}

TEST(ArrivalsOption, OfALogOnlyHarmlessMethodsAreSentUnlessOthersAreNamed) {
    const std::string file = log_file("methods.log");
    const auto harmless = parse_arrivals_option("log:" + file);
    EXPECT_THAT(harmless->recording->moments, ElementsAre(0s, 2s, 6s));
    EXPECT_THAT(harmless->note, HasSubstr("1 POST; methods=all"));
    EXPECT_THAT(parse_arrivals_option("log:" + file + ",methods=all")->recording->requests,
                SizeIs(4));
    EXPECT_THAT(parse_arrivals_option("log:" + file + ",methods=POST")->recording->requests,
                SizeIs(1));
    EXPECT_FALSE(parse_arrivals_option("log:" + file + ",methods=PUT"));
}

TEST(ArrivalsOption, SaysWhatIsWrongAndInWhichFile) {
    const std::pair<std::string, const char*> wrong[] = {
        {"often", "gamma:2"},
        {"trace:/nowhere/t", "/nowhere/t cannot be read"},
        {"trace:" + written("bad.txt", "1\nx\n"), "bad.txt: line 2"},
        {"trace:" + written("ok.txt", "1\n") + ",speed=0", "speed=0"},
        {"trace:" + written("ok.txt", "1\n") + ",spede=2", "'spede' is not known"},
        {"log:" + written("no.log", "nothing\n"), "no.log: there is no request"},
    };
    for (const auto& [text, why] : wrong) {
        const auto arrivals = parse_arrivals_option(text);
        ASSERT_FALSE(arrivals) << text;
        EXPECT_THAT(arrivals.error().message, HasSubstr(why));
    }
}

TEST(ArrivalsOption, ThePeakIsThatOfTheBusiestSecond) {
    load::Recording recording;
    recording.moments = {0s, 1s, 1500ms, 1900ms, 2s, 5s};
    EXPECT_EQ(peak_rate(recording), 3);
}

TEST(RecordedRequests, EqualOnesBecomeOneAndTasksAreMethodAndPath) {
    LoadOptions options;
    options.recording =
        parse_arrivals_option("log:" + log_file("tasks.log") + ",methods=all")->recording;
    const RecordedTasks made = make_recorded_tasks(options);
    ASSERT_THAT(made.tasks, SizeIs(2));
    EXPECT_EQ(made.tasks[0].name, "/items/{id}");
    EXPECT_THAT(made.tasks[0].requests, SizeIs(2));
    EXPECT_EQ(made.tasks[0].requests[0].request.target, "/items/7?a=1");
    EXPECT_EQ(made.tasks[1].name, "/buy");
    EXPECT_EQ(made.tasks[1].method, "POST");
    ASSERT_THAT(made.requests, SizeIs(4));
    EXPECT_EQ(made.requests[3].task, 0);
    EXPECT_EQ(made.requests[3].payload, 0);
    EXPECT_EQ(made.requests[1].payload, 1);
}

TEST(RecordedRequests, NamesLeaveIdsOut) {
    EXPECT_EQ(task_name("/"), "/");
    EXPECT_EQ(task_name("/a/12/b?x=1"), "/a/{id}/b");
    EXPECT_EQ(task_name("/u/0b9c6a3e-0c0e-4b7e-9a55-3f0d0c5b1a11"), "/u/{id}");
    EXPECT_EQ(task_name("/face/beef"), "/face/beef");
    EXPECT_EQ(task_name("/v1/models/"), "/v1/models/");
}

}  // namespace
}  // namespace mettle::cli
