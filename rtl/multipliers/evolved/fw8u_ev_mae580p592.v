// fw8u_ev_mae580p592: evolved, mae <= 580.592, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 574.217, WCE 3762, EP 99.890 %, MRE 922.174 %,
//   mean 3.234
// Mapped to faultwave45.lib: 184.9 um^2, 0.1834 pJ per multiplication, 0.80 ns
// Expected MAE under a random stuck-at fault of this netlist: 2452.7
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 61 s, do not edit:
//   faultwave evolve --width 8 --metric mae --limit 580.592 --objective area --seed-netlist fw8u_ev_mae370p045 --seed 1 --islands 2 --offspring 4 --generations 60000 --out fw8u_ev_mae580p592.v
module fw8u_ev_mae580p592 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_3;
  wire pp_6_4;
  wire pp_7_4;
  wire pp_5_5;
  wire pp_6_5;
  wire pp_7_5;
  wire pp_5_6;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_3_7;
  wire pp_4_7;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire pp_4_6;
  wire and_2_0;
  wire or_2_0;
  wire and_2_1;
  wire and_3_0;
  wire or_3_0;
  wire or_4_0;
  wire and_3_1;
  wire xor_2_0;
  wire xor_2_1;
  wire and_2_2;
  wire and_3_2;
  wire xor_3_0;
  wire or_4_1;
  wire or_1_0;
  wire xor_4_0;
  wire and_4_0;
  wire and_5_0;
  wire xor_5_0;
  wire or_6_0;
  wire xor_4_1;
  wire and_4_1;
  wire and_5_1;
  wire xor_5_1;
  wire or_6_1;
  wire xor_2_2;
  wire and_2_3;
  wire and_3_3;
  wire xor_3_1;
  wire or_4_2;
  wire and_6_0;
  wire not_7_0;
  wire xor_6_0;
  wire and_6_1;
  wire and_7_0;
  wire xor_7_0;
  wire or_8_0;
  wire xor_5_2;
  wire and_5_2;
  wire and_7_1;
  wire xor_7_1;
  wire or_8_1;
  wire xor_2_3;
  wire and_2_4;
  wire and_5_3;
  wire xor_5_3;
  wire or_6_2;
  wire xnor_8_0;
  wire and_8_0;
  wire xor_9_0;
  wire and_9_0;
  wire and_9_1;
  wire xor_10_0;
  wire or_10_0;
  wire xor_9_1;
  wire and_9_2;
  wire and_11_0;
  wire xor_11_0;
  wire or_12_0;
  wire xor_7_2;
  wire and_7_2;
  wire and_13_0;
  wire xor_13_0;
  wire or_14_0;

  assign pp_7_3 = A[7] & B[3];
  assign pp_6_4 = A[6] & B[4];
  assign pp_7_4 = A[7] & B[4];
  assign pp_5_5 = A[5] & B[5];
  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_5_6 = A[5] & B[6];
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_3_7 = A[3] & B[7];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign pp_4_6 = B[6] & A[4];
  assign and_2_0 = B[6] & pp_3_7;
  assign or_2_0 = pp_7_3 | pp_6_4;
  assign and_2_1 = pp_7_3 & pp_6_4;
  assign and_3_0 = or_2_0 & pp_5_5;
  assign or_3_0 = or_2_0 | pp_5_5;
  assign or_4_0 = and_2_1 | and_3_0;
  assign and_3_1 = and_2_0 & pp_4_6;
  assign xor_2_0 = pp_3_7 ^ pp_4_6;
  assign xor_2_1 = pp_7_4 ^ pp_6_5;
  assign and_2_2 = pp_7_4 & pp_6_5;
  assign and_3_2 = xor_2_1 & pp_5_6;
  assign xor_3_0 = xor_2_1 ^ pp_5_6;
  assign or_4_1 = and_2_2 | and_3_2;
  assign or_1_0 = A[2] | B[2];
  assign xor_4_0 = or_3_0 ^ xor_2_0;
  assign and_4_0 = or_3_0 & xor_2_0;
  assign and_5_0 = xor_4_0 & and_2_0;
  assign xor_5_0 = xor_4_0 ^ and_2_0;
  assign or_6_0 = and_4_0 | and_5_0;
  assign xor_4_1 = pp_4_7 ^ xor_3_0;
  assign and_4_1 = pp_4_7 & xor_3_0;
  assign and_5_1 = xor_4_1 & or_4_0;
  assign xor_5_1 = xor_4_1 ^ or_4_0;
  assign or_6_1 = and_4_1 | and_5_1;
  assign xor_2_2 = pp_7_5 ^ pp_6_6;
  assign and_2_3 = pp_7_5 & pp_6_6;
  assign and_3_3 = xor_2_2 & pp_5_7;
  assign xor_3_1 = xor_2_2 ^ pp_5_7;
  assign or_4_2 = and_2_3 | and_3_3;
  assign and_6_0 = xor_5_0 & or_1_0;
  assign not_7_0 = ~and_6_0;
  assign xor_6_0 = and_3_1 ^ xor_5_1;
  assign and_6_1 = and_3_1 & xor_5_1;
  assign and_7_0 = xor_6_0 & or_6_0;
  assign xor_7_0 = xor_6_0 ^ or_6_0;
  assign or_8_0 = and_6_1 | and_7_0;
  assign xor_5_2 = or_4_1 ^ xor_3_1;
  assign and_5_2 = or_4_1 & xor_3_1;
  assign and_7_1 = xor_5_2 & or_6_1;
  assign xor_7_1 = xor_5_2 ^ or_6_1;
  assign or_8_1 = and_5_2 | and_7_1;
  assign xor_2_3 = pp_7_6 ^ pp_6_7;
  assign and_2_4 = pp_7_6 & pp_6_7;
  assign and_5_3 = xor_2_3 & or_4_2;
  assign xor_5_3 = xor_2_3 ^ or_4_2;
  assign or_6_2 = and_2_4 | and_5_3;
  assign xnor_8_0 = xor_7_0 ~^ not_7_0;
  assign and_8_0 = xor_7_0 & and_6_0;
  assign xor_9_0 = xor_7_1 ^ or_8_0;
  assign and_9_0 = xor_7_1 & or_8_0;
  assign and_9_1 = xor_7_1 & and_8_0;
  assign xor_10_0 = xor_9_0 ^ and_8_0;
  assign or_10_0 = and_9_0 | and_9_1;
  assign xor_9_1 = xor_5_3 ^ or_8_1;
  assign and_9_2 = xor_5_3 & or_8_1;
  assign and_11_0 = xor_5_3 & or_10_0;
  assign xor_11_0 = xor_9_1 ^ or_10_0;
  assign or_12_0 = and_9_2 | and_11_0;
  assign xor_7_2 = pp_7_7 ^ or_6_2;
  assign and_7_2 = pp_7_7 & or_6_2;
  assign and_13_0 = pp_7_7 & or_12_0;
  assign xor_13_0 = xor_7_2 ^ or_12_0;
  assign or_14_0 = and_7_2 | and_13_0;

  assign O[0] = B[0];
  assign O[1] = or_4_2;
  assign O[2] = B[5];
  assign O[3] = xor_7_0;
  assign O[4] = pp_5_6;
  assign O[5] = and_3_1;
  assign O[6] = and_2_1;
  assign O[7] = A[3];
  assign O[8] = A[4];
  assign O[9] = or_3_0;
  assign O[10] = not_7_0;
  assign O[11] = xnor_8_0;
  assign O[12] = xor_10_0;
  assign O[13] = xor_11_0;
  assign O[14] = xor_13_0;
  assign O[15] = or_14_0;
endmodule
