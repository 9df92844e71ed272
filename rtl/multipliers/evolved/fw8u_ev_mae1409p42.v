// fw8u_ev_mae1409p42: evolved, mae <= 1409.42, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1407.563, WCE 11858, EP 99.962 %, MRE 1458.164 %,
//   mean -357.250
// Mapped to faultwave45.lib: 81.2 um^2, 0.0748 pJ per multiplication, 0.38 ns
// Expected MAE under a random stuck-at fault of this netlist: 3932.6
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 62 s, do not edit:
//   faultwave evolve --width 8 --metric mae --limit 1409.42 --objective area --seed-netlist fw8u_ev_mae1011p25 --seed 1 --islands 2 --offspring 4 --generations 40000 --out fw8u_ev_mae1409p42.v
module fw8u_ev_mae1409p42 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_4;
  wire pp_6_5;
  wire pp_7_5;
  wire pp_5_6;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_4_7;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire or_2_0;
  wire and_3_0;
  wire or_3_0;
  wire or_2_1;
  wire and_2_0;
  wire and_3_1;
  wire xor_3_0;
  wire or_4_0;
  wire xor_4_0;
  wire and_4_0;
  wire and_5_0;
  wire xor_5_0;
  wire or_6_0;
  wire xor_2_0;
  wire and_2_1;
  wire and_5_1;
  wire xor_5_1;
  wire or_6_1;
  wire xor_7_0;
  wire and_7_0;
  wire xor_7_1;
  wire and_7_1;
  wire and_8_0;
  wire xor_8_0;
  wire or_9_0;
  wire const1;

  assign pp_7_4 = A[7] & B[4];
  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_5_6 = A[5] & B[6];
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign or_2_0 = pp_7_4 | pp_6_5;
  assign and_3_0 = or_2_0 & pp_5_6;
  assign or_3_0 = or_2_0 | pp_5_6;
  assign or_2_1 = pp_7_5 | pp_6_6;
  assign and_2_0 = pp_7_5 & pp_6_6;
  assign and_3_1 = or_2_1 & pp_5_7;
  assign xor_3_0 = or_2_1 ^ pp_5_7;
  assign or_4_0 = and_2_0 | and_3_1;
  assign xor_4_0 = and_3_0 ^ xor_3_0;
  assign and_4_0 = and_3_0 & xor_3_0;
  assign and_5_0 = xor_4_0 & pp_4_7;
  assign xor_5_0 = xor_4_0 ^ pp_4_7;
  assign or_6_0 = and_4_0 | and_5_0;
  assign xor_2_0 = pp_7_6 ^ pp_6_7;
  assign and_2_1 = pp_7_6 & pp_6_7;
  assign and_5_1 = xor_2_0 & or_4_0;
  assign xor_5_1 = xor_2_0 ^ or_4_0;
  assign or_6_1 = and_2_1 | and_5_1;
  assign xor_7_0 = xor_5_1 ^ or_6_0;
  assign and_7_0 = xor_5_1 & or_6_0;
  assign xor_7_1 = pp_7_7 ^ or_6_1;
  assign and_7_1 = pp_7_7 & or_6_1;
  assign and_8_0 = pp_7_7 & and_7_0;
  assign xor_8_0 = xor_7_1 ^ and_7_0;
  assign or_9_0 = and_7_1 | and_8_0;
  assign const1 = 1'b1;

  assign O[0] = pp_6_5;
  assign O[1] = A[5];
  assign O[2] = const1;
  assign O[3] = A[3];
  assign O[4] = and_3_0;
  assign O[5] = const1;
  assign O[6] = pp_4_7;
  assign O[7] = const1;
  assign O[8] = B[6];
  assign O[9] = const1;
  assign O[10] = const1;
  assign O[11] = or_3_0;
  assign O[12] = xor_5_0;
  assign O[13] = xor_7_0;
  assign O[14] = xor_8_0;
  assign O[15] = or_9_0;
endmodule
