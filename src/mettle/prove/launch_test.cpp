#include "mettle/prove/launch.hpp"

#include "mettle/host/sockets.hpp"
#include "mettle/prove/server_process.hpp"

#include <gmock/gmock.h>

#include <set>

namespace mettle::prove {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Launch of(std::string command) {
    Launch launch;
    launch.command = std::move(command);
    launch.port = host::free_port();
    return launch;
}

TEST(Launch, FillsPortAndWorkersInWhereverTheyStand) {
    EXPECT_EQ(fill_in("a --port {port} -w {workers} {port}{port}", 81, 2), "a --port 81 -w 2 8181");
    EXPECT_EQ(fill_in("nothing {here}", 81, 2), "nothing {here}");
}

TEST(Launch, ServesAModelOnAPortThatTheKernelChooses) {
    Launch launch;
    launch.executable = "/usr/bin/mettle";
    launch.model = "digits";
    EXPECT_THAT(launch.argv(), ElementsAre("/usr/bin/mettle", "serve", "digits", "--port", "0"));
    EXPECT_EQ(launch.to_string(), "mettle serve digits");
    EXPECT_TRUE(launch.may_run_twice());
}

TEST(Launch, ASecondOneListensElsewhere) {
    const Launch launch = of("serve --port {port}");
    EXPECT_NE(launch.once_more().port, launch.port);
    EXPECT_TRUE(launch.may_run_twice());
    EXPECT_FALSE(of("serve --port 8000").may_run_twice());
}

TEST(Launch, ACommandSaysWhereItsPortGoes) {
    EXPECT_TRUE(check_command("uvicorn app:app --port {port}", false));
    EXPECT_TRUE(check_command("./run.sh $PORT", false));
    EXPECT_TRUE(check_command("./run.sh", true));
    EXPECT_THAT(check_command("./run.sh", false).error().message, HasSubstr("where {port} goes"));
    EXPECT_THAT(check_command("  ", true).error().message, HasSubstr("is empty"));
}

TEST(ServerProcess, SaysThatACommandEndedAndItsLastWords) {
    const auto server = ServerProcess::start(of("echo no such app >&2; exit 3"), {});
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(server.error().message, HasSubstr("ended with exit code 3 before it listened"));
    EXPECT_THAT(server.error().message, HasSubstr("no such app"));
}

TEST(ServerProcess, ACommandThatNeverListensIsGivenUpWhenAsked) {
    std::stop_source stop;
    stop.request_stop();
    const auto server = ServerProcess::start(of("sleep 100"), {}, stop.get_token());
    EXPECT_EQ(server.error().kind, Error::Kind::cancelled);
}

TEST(FreePort, IsNobodys) {
    std::set<std::uint16_t> ports;
    for (int turn = 0; turn < 5; ++turn) ports.insert(host::free_port());
    for (const std::uint16_t port : ports) EXPECT_THAT(host::listeners_on(port), ElementsAre());
    EXPECT_GT(*ports.begin(), 0);
}

}  // namespace
}  // namespace mettle::prove
