#include "mettle/prove/production.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Production example() {
    Mistakes mistakes;
    auto production = read_production(
        "name: eu-west pods\n"
        "cpu: EPYC 9654\n"
        "cores: 4\n"
        "memory: 8GiB\n"
        "replicas: 3\n"
        "network: {round_trip: 2ms, bandwidth: 1000}\n"
        "limits: {open_files: 65536}\n",
        "p.yaml", mistakes);
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    return production;
}

std::string mistakes_in(std::string_view text) {
    Mistakes mistakes;
    static_cast<void>(read_production(text, "p.yaml", mistakes));
    return mistakes.to_string();
}

TEST(Production, SaysWhatIsOtherwiseHere) {
    const Environment here{"Intel Xeon", 1, std::uint64_t{16} << 30, 1024, true};
    EXPECT_THAT(differences(example(), here),
                ElementsAre("cores: 1 core here, 4 cores in eu-west pods",
                            "CPU: Intel Xeon here, EPYC 9654 in eu-west pods",
                            "memory: 16.0 GiB here, 8.0 GiB in eu-west pods",
                            "network: none, loopback here, a round trip of 2.00 ms and 1000 Mbit/s "
                            "in eu-west pods",
                            "replicas: one was proved here, 3 in eu-west pods",
                            "open files: 1024 here, 65536 in eu-west pods"));
}

TEST(Production, SaysNothingOfWhatIsAlikeOrWasNotDescribed) {
    Production production = example();
    production.replicas = 1;
    production.round_trip.reset();
    production.bandwidth_mbit.reset();
    const Environment here{"AMD EPYC 9654 96-Core", 4, std::uint64_t{8} << 30, 65536, true};
    EXPECT_THAT(differences(production, here), IsEmpty());
    EXPECT_THAT(differences(Production(), {}), IsEmpty());
}

TEST(Production, SaysWhatCouldNotBeCompared) {
    Production production;
    production.cores = 4;
    EXPECT_THAT(differences(production, {}),
                ElementsAre("cores: production has 4 cores; what it is here cannot be seen"));
}

TEST(Production, SaysWhereAndWhatWouldBeRight) {
    EXPECT_THAT(mistakes_in("core: 4"), HasSubstr("p.yaml:1:1: a description of production has no "
                                                  "key 'core'; did you mean 'cores'?"));
    EXPECT_THAT(mistakes_in("memory: lots"), HasSubstr("p.yaml:1:9: memory:"));
    EXPECT_THAT(mistakes_in("cores: 0"), HasSubstr("cores is a number from"));
    EXPECT_THAT(mistakes_in("network: {bandwith: 1}"), HasSubstr("did you mean 'bandwidth'?"));
}

}  // namespace
}  // namespace mettle::prove
