#include "mettle/host/child_process.hpp"

#include "mettle/host/cpus.hpp"
#include "mettle/host/process_usage.hpp"

#include <gmock/gmock.h>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace mettle::host {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ChildProcess start(std::vector<std::string> argv, ChildSpec spec = {}) {
    spec.argv = std::move(argv);
    auto child = ChildProcess::start(spec);
    if (!child) throw std::runtime_error(child.error().message);
    return std::move(*child);
}

bool exists(int pid) {
    return ::kill(pid, 0) == 0;
}

TEST(ChildProcess, GivesOutputAndExitCode) {
    auto child = start({"sh", "-c", "echo out; echo err >&2; exit 3"});
    EXPECT_EQ(child.wait(10s), (ExitStatus{3, 0}));
    EXPECT_TRUE(child.wait_for_output("out\nerr\n", 10s));
    EXPECT_EQ(child.ended()->to_string(), "exit code 3");
}

TEST(ChildProcess, SaysWhyACommandCannotRun) {
    ChildSpec spec;
    spec.argv = {"no-such-command-here"};
    EXPECT_EQ(ChildProcess::start(spec).error().message,
              "cannot run no-such-command-here: No such file or directory");
    spec.argv = {"/etc/passwd"};
    EXPECT_EQ(ChildProcess::start(spec).error().message,
              "cannot run /etc/passwd: Permission denied");
}

TEST(ChildProcess, RunsWithItsEnvironmentOnItsCpus) {
    ChildSpec spec;
    spec.env = {{"METTLE_TEST_WORD", "green"}, {"HOME", "/nowhere"}};
    spec.cpus = {allowed_cpus().back()};
    auto child = start({"sh", "-c",
                        "echo $METTLE_TEST_WORD $HOME; "
                        "grep Cpus_allowed_list /proc/self/status; echo done"},
                       spec);
    ASSERT_TRUE(child.wait_for_output("done", 10s));
    EXPECT_THAT(child.output(), HasSubstr("green /nowhere\n"));
    EXPECT_THAT(child.output(), HasSubstr("\t" + std::to_string(spec.cpus[0]) + "\n"));
}

TEST(ChildProcess, KeepsOnlyTheFirstBytesOfALoudChild) {
    ChildSpec spec;
    spec.output_limit = 1000;
    auto child = start({"sh", "-c", "yes | head -c 1000000"}, spec);
    EXPECT_EQ(child.wait(10s), (ExitStatus{0, 0}));
    EXPECT_FALSE(child.wait_for_output("not there", 10s));  // Returns when the output has ended.
    EXPECT_EQ(child.output().size(), 1000u);
}

TEST(ChildProcess, WaitsNoLongerThanAsked) {
    auto child = start({"sleep", "60"});
    EXPECT_EQ(child.wait(5ms), std::nullopt);
    EXPECT_FALSE(child.wait_for_output("never", 5ms));
    EXPECT_EQ(child.terminate(10s), (ExitStatus{0, SIGTERM}));
}

TEST(ChildProcess, KillsWhatIgnoresSigterm) {
    auto child = start({"sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.01; done"});
    ASSERT_TRUE(child.wait_for_output("up", 10s));
    EXPECT_EQ(child.terminate(20ms).to_string(), "signal 9 (Killed)");
}

TEST(ChildProcess, LeavesNeitherZombieNorGrandchild) {
    int pid = 0, grandchild = 0;
    {
        auto child = start({"sh", "-c", "sleep 60 & echo $!; echo up; exit 0"});
        ASSERT_TRUE(child.wait_for_output("up", 10s));
        pid = child.pid();
        grandchild = std::stoi(child.output());
        ASSERT_TRUE(child.wait(10s));
    }
    EXPECT_FALSE(exists(pid));
    // Killed; whoever adopts orphans here reaps it in its own time.
    for (int turn = 0; turn < 2000 && exists(grandchild); ++turn) std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(exists(grandchild));
}

TEST(ChildProcess, DiesWithTheThreadThatStartedIt) {
    std::optional<ChildProcess> child;
    std::jthread([&] { child.emplace(start({"sleep", "60"})); }).join();
    EXPECT_EQ(child->wait(10s), (ExitStatus{0, SIGKILL}));
}

}  // namespace
}  // namespace mettle::host
