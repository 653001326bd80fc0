// The written forms of a load test.

#include "mettle/report/load_csv.hpp"
#include "mettle/report/load_exposition.hpp"
#include "mettle/report/load_summary.hpp"
#include "mettle/report/load_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace mettle::report {
namespace {

using results::Failure;
using results::RunResult;
using results::TaskResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// 10 s, 100 requests of 1.5 ms and 2 failures.
RunResult example() {
    RunResult run;
    run.duration_s = 10;
    run.started = "2026-11-24T12:00:00Z";
    run.target = {"http://127.0.0.1:8000", "v2", "digits"};
    run.load.kind = "closed";
    run.load.users = 16;
    TaskResult& task = run.tasks.emplace_back();
    task.name = "digits";
    task.method = "POST";
    run.totals.name = "Aggregated";
    for (TaskResult* each : {&task, &run.totals}) {
        each->requests = 102;
        each->failures = 2;
        each->bytes_received = 20'400;
        each->content_bytes = 10'200;
        each->times.latency.record(1'500, 100);
        each->times.failed.record(200, 2);
    }
    run.failures.push_back({"digits", "POST", "status", "503 a,\"b\"\x1b[2J", 2});
    return run;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

TEST(LoadTable, HasLocustsColumns) {
    const std::string table = requests_table(example(), nullptr);
    std::istringstream words(table.substr(0, table.find('\n')));
    std::vector<std::string> header;
    for (std::string word; words >> word;) header.push_back(word);
    EXPECT_THAT(header, ElementsAre("Type", "Name", "#", "reqs", "#", "fails|", "Avg", "Min", "Max",
                                    "Med|", "req/s", "failures/s"));
    EXPECT_THAT(table, HasSubstr("2(1.96%)"));
    EXPECT_THAT(table, HasSubstr("Aggregated"));
}

TEST(LoadTable, ARunningTestShowsTheRatesOfItsLastSecond) {
    RunResult window = example();
    window.duration_s = 1;
    EXPECT_THAT(requests_table(example(), nullptr), HasSubstr(" 10.20 "));
    EXPECT_THAT(requests_table(example(), &window), HasSubstr(" 102.00 "));
}

TEST(LoadTable, WhatATargetSaysCannotCommandTheTerminal) {
    const std::string table = failures_table(example());
    EXPECT_THAT(table, HasSubstr("2                  POST digits: status: 503"));
    EXPECT_THAT(table, Not(HasSubstr("\x1b")));
}

TEST(LoadTable, MillisecondsKeepThreeDigits) {
    EXPECT_EQ(format_ms(0.123), "0.12");
    EXPECT_EQ(format_ms(12.34), "12.3");
    EXPECT_EQ(format_ms(1234.5), "1234");
}

TEST(LoadCsv, HasLocustsFilesAndColumns) {
    const std::string prefix = ::testing::TempDir() + "/load_csv_test/run";
    LoadCsv csv(prefix, false);
    RunResult window = example();
    window.duration_s = 1;
    csv.add(window, window, 16, 1000);
    csv.finish(example(), 1010);
    const auto stats = lines_of(prefix + "_stats.csv");
    EXPECT_EQ(stats[0],
              "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,"
              "Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,"
              "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%");
    EXPECT_THAT(stats[1], HasSubstr("POST,digits,102,2,1.5,1.5,1.5,1.5,100,10.2,0.2,1.5,"));
    EXPECT_THAT(stats[2], HasSubstr(",Aggregated,102,2,"));
    const auto history = lines_of(prefix + "_stats_history.csv");
    EXPECT_EQ(history[0],
              "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,"
              "99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,"
              "Total Median Response Time,Total Average Response Time,Total Min Response Time,"
              "Total Max Response Time,Total Average Content Size");
    EXPECT_THAT(history[1], HasSubstr("1000,16,,Aggregated,102,2,1.5,"));
    const auto failures = lines_of(prefix + "_failures.csv");
    EXPECT_EQ(failures[0], "Method,Name,Error,Occurrences,First Seen,Last Seen");
    EXPECT_THAT(failures[1], HasSubstr("POST,digits,\"status: 503 a,\"\"b\"\""));
    EXPECT_THAT(failures[1], HasSubstr(",2,1000,1010"));
    EXPECT_THAT(lines_of(prefix + "_exceptions.csv"), ElementsAre("Count,Message,Traceback,Nodes"));
}

TEST(LoadCsv, ASecondWithoutAnswersSaysSo) {
    const std::string prefix = ::testing::TempDir() + "/load_csv_test/empty";
    LoadCsv csv(prefix, true);
    RunResult nothing;
    nothing.totals.name = "Aggregated";
    csv.add(nothing, nothing, 1, 5);
    EXPECT_THAT(lines_of(prefix + "_stats_history.csv")[1],
                HasSubstr("5,1,,Aggregated,0,0,N/A,N/A,"));
}

TEST(LoadSummary, SaysVerdictAndWhy) {
    const RunResult run = example();
    const std::string text = load_summary(run, results::judge(run, {}), false);
    EXPECT_THAT(text, HasSubstr("16 users for 10.0 s"));
    EXPECT_THAT(text, HasSubstr("\nFAIL\n  2 of 102 requests failed\n"));
    EXPECT_THAT(text, HasSubstr("VALID: send lag"));
}

TEST(LoadDocuments, MarkdownAndJunitEscapeWhatTargetsSay) {
    RunResult run = example();
    run.failures[0].detail = "<b>|x & \"y\"";
    EXPECT_THAT(load_markdown(run, results::judge(run, {})), HasSubstr("\\<b>\\|x"));
    run.target.url = "http://h/?a=1&b=<2>";
    const std::string junit = load_junit(run, {*results::parse_expression("p99>1ms")});
    EXPECT_THAT(junit, HasSubstr("mettle load http://h/?a=1&amp;b=&lt;2&gt;"));
    EXPECT_THAT(junit, HasSubstr("tests=\"2\" failures=\"1\""));
    EXPECT_THAT(junit, HasSubstr("name=\"not p99&gt;1ms\""));
}

TEST(LoadDocuments, JsonIsLocustsShape) {
    const auto json = nlohmann::json::parse(locust_json(example()));
    ASSERT_EQ(json.size(), 1);
    EXPECT_EQ(json[0]["name"], "digits");
    EXPECT_EQ(json[0]["num_requests"], 102);
    EXPECT_EQ(json[0]["num_failures"], 2);
    EXPECT_EQ(json[0]["response_times"]["2"], 100);  // 1.5 ms, to the even millisecond.
    EXPECT_EQ(json[0]["response_times"]["0"], 2);
}

TEST(LoadTable, ShowsThePercentilesThatWereAskedFor) {
    RunResult run = example();
    run.percentiles = {0.5, 0.9995};
    const std::string table = percentiles_table(run);
    EXPECT_THAT(table, HasSubstr("50%  99.95%"));
    EXPECT_THAT(table, Not(HasSubstr("66%")));
    EXPECT_THAT(load_markdown(run, {}), HasSubstr("| p50 ms | p99.95 ms |\n"));
}

TEST(LoadTable, ListsThresholdsAsPassedAndFailed) {
    RunResult run = example();
    run.thresholds = results::thresholds_of(
        run, {*results::parse_expression("p99>50ms"), *results::parse_expression("error_rate>1%"),
              *results::parse_expression("nobody:p99>1ms")});
    const std::string table = thresholds_table(run);
    EXPECT_THAT(table, HasSubstr("FAIL     p99>50ms"));  // Failures count as infinitely slow.
    EXPECT_THAT(table, HasSubstr("FAIL     error_rate>1%"));
    EXPECT_THAT(table, HasSubstr("1.961%"));
    EXPECT_THAT(table, HasSubstr("no data  nobody:p99>1ms"));
    EXPECT_THAT(load_summary(run, {}, false), HasSubstr(table));
    EXPECT_THAT(load_markdown(run, {}), HasSubstr("| **fail** | error_rate>1% |"));
}

TEST(LoadCsv, HasTheExceptionsAndLocustsOrder) {
    const std::string prefix = ::testing::TempDir() + "/load_csv_test/exceptions";
    LoadCsv csv(prefix, false);
    RunResult run = example();
    run.tasks.push_back(run.tasks[0]);
    run.tasks[1].name = "a task";
    run.exceptions.push_back({"Shopper", "no \"token\", sorry", 3});
    csv.finish(run, 1010);
    EXPECT_THAT(lines_of(prefix + "_exceptions.csv"),
                ElementsAre("Count,Message,Traceback,Nodes",
                            "3,\"no \"\"token\"\", sorry\",in user class Shopper,local"));
    EXPECT_THAT(lines_of(prefix + "_stats.csv")[1], HasSubstr("POST,a task,"));
}

TEST(LoadExposition, HasCountsByTaskAndFailuresByKind) {
    RunResult run = example();
    run.failures.push_back({"digits", "POST", "status", "500", 1});
    run.validity.send_lag_us.record(7);
    const std::string text = load_exposition(run, {16, 4, 0.5});
    EXPECT_THAT(text,
                HasSubstr("mettle_load_requests_total{task=\"digits\",method=\"POST\"} 102\n"));
    EXPECT_THAT(text, HasSubstr("kind=\"status\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("mettle_load_users 16\n"));
    EXPECT_THAT(text, HasSubstr("mettle_load_requests_in_flight 4\n"));
    EXPECT_THAT(text, HasSubstr("mettle_load_send_lag_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("le=\"0.0025\"} 100\n"));
}

TEST(LoadExposition, ManyTasksBecomeOneAtLast) {
    RunResult run = example();
    for (int number = 0; number < 500; ++number) {
        run.tasks.push_back(run.tasks[0]);
        run.tasks.back().name = std::to_string(number);
    }
    const std::string text = load_exposition(run, {});
    EXPECT_THAT(text, HasSubstr("{task=\"(other)\",method=\"\"} 30702\n"));  // 301 tasks of 102.
}

}  // namespace
}  // namespace mettle::report
